import { useMutation } from '@tanstack/react-query';
import { sentence } from '../api/problem';
import { MenuLabel, MenuLine, MenuRadio, MenuRadioGroup } from '../ui/Menu';

interface PlaceMenuProps {
  label: string;
  here: string;
  places: { id: string; name: string }[];
  go: (id: string) => Promise<void>;
}

/** Where somebody can go who belongs to several places. */
export function PlaceMenu({ label, here, places, go }: PlaceMenuProps) {
  const move = useMutation({ mutationFn: go });
  return (
    <>
      <MenuLabel>{label}</MenuLabel>
      <MenuRadioGroup value={here} onValueChange={(there) => move.mutate(there)}>
        {places.map(({ id, name }) => (
          <MenuRadio key={id} value={id} onSelect={(event) => event.preventDefault()}>
            {name}
          </MenuRadio>
        ))}
      </MenuRadioGroup>
      {move.error && (
        <p role="alert" className="max-w-56 px-2.5 pb-2 text-xs text-bad">
          {sentence(move.error)}
        </p>
      )}
      <MenuLine />
    </>
  );
}
