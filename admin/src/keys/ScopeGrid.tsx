import { RESOURCES, toggled } from './scopes';

/** What a key may do: a resource a row, reading and changing it in columns. */
export function ScopeGrid({ scopes, change }: { scopes: string[]; change: (scopes: string[]) => void }) {
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">What it may do</legend>
      <table className="w-full overflow-hidden rounded-lg border border-line text-start">
        <thead className="bg-sunken text-xs text-mute">
          <tr>
            <td />
            <th scope="col" className="w-16 py-1.5 font-medium">
              Read
            </th>
            <th scope="col" className="w-16 py-1.5 font-medium">
              Change
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {RESOURCES.map(({ name, label, about, verbs }) => (
            <tr key={name}>
              <th scope="row" className="px-3 py-2 text-start font-normal">
                <span className="block font-medium">{label}</span>
                <span className="block text-xs text-mute">{about}</span>
              </th>
              {(['read', 'write'] as const).map((verb) => (
                <td key={verb} className="text-center">
                  {verbs.includes(verb) && (
                    <label className="inline-grid size-9 cursor-pointer place-items-center">
                      <span className="sr-only">
                        {verb === 'read' ? 'Read' : 'Change'} {label}
                      </span>
                      <input
                        type="checkbox"
                        checked={scopes.includes(`${name}:${verb}`)}
                        onChange={(event) => change(toggled(scopes, `${name}:${verb}`, event.target.checked))}
                        className="size-4 accent-accent-fill"
                      />
                    </label>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </fieldset>
  );
}
