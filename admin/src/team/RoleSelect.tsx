import { Select } from '../ui/Inputs';
import type { Role } from '../app/permission';
import { ABOUT, givenBy } from './roles';

/** The roles that who is logged in may give, with what each may do. */
export function RoleSelect({ mine, value, change }: { mine: string; value: Role; change: (role: Role) => void }) {
  return (
    <Select label="Role" value={value} onChange={(event) => change(event.target.value as Role)} hint={ABOUT[value]} className="capitalize">
      {givenBy(mine).map((role) => (
        <option key={role} value={role}>
          {role}
        </option>
      ))}
    </Select>
  );
}
