import { RESOURCES, toggled, VERBS } from './scopes';

/** What a key may do: a resource a row, reading, changing and configuring it in columns. */
export function ScopeGrid({ scopes, change }: { scopes: string[]; change: (scopes: string[]) => void }) {
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">What it may do</legend>
      <table className="w-full overflow-hidden rounded-lg border border-line text-start">
        <thead className="bg-sunken text-xs text-mute">
          <tr>
            <td />
            {VERBS.map(({ verb, label }) => (
              <th key={verb} scope="col" className="w-16 px-1 py-1.5 font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {RESOURCES.map(({ name, label, about, verbs }) => (
            <tr key={name}>
              <th scope="row" className="px-3 py-2 text-start font-normal">
                <span className="block font-medium">{label}</span>
                <span className="block text-xs text-mute">{about}</span>
              </th>
              {VERBS.map(({ verb, label: does }) => (
                <td key={verb} className="text-center">
                  {verbs.includes(verb) && (
                    <label className="inline-grid size-9 cursor-pointer place-items-center">
                      <span className="sr-only">
                        {does} {label}
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
