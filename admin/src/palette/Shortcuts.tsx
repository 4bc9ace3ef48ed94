import { useKept } from '../app/kept';
import { SHORTCUTS, singleKeys } from '../app/keys';
import { Dialog } from '../ui/Dialog';
import { Switch } from '../ui/Inputs';
import { Keys } from '../ui/Keys';

const ALL = Object.values(SHORTCUTS);
const GROUPS = [...new Set(ALL.map(({ group }) => group))];

/** All keys there are. */
export function Shortcuts({ close }: { close: () => void }) {
  return (
    <Dialog wide title="Keyboard shortcuts" close={close}>
      <div className="mb-5">
        <Switch
          label="Single keys"
          hint="Off, only shortcuts with a modifier work: for people who dictate, or press keys without meaning to. In this browser."
          checked={useKept(singleKeys)}
          onChange={({ target }) => singleKeys.set(target.checked)}
        />
      </div>
      <div className="gap-x-10 sm:columns-2">
        {GROUPS.map((group) => (
          <section key={group} aria-label={group} className="mb-5 break-inside-avoid">
            <h3 className="pb-1 text-xs font-medium text-mute">{group}</h3>
            <dl>
              {ALL.filter((one) => one.group === group).map(({ does, keys }) => (
                <div key={does} className="flex min-h-8 items-center justify-between gap-4 border-b border-line py-1 last:border-0">
                  <dt>{does}</dt>
                  <dd className="flex items-center gap-1.5">
                    {keys.map((key, i) => (
                      <span key={key} className="flex items-center gap-1.5">
                        {i > 0 && <span className="text-xs text-mute">or</span>}
                        <Keys of={key} />
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
