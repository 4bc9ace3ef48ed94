import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/client';
import { sentence } from '../../../api/problem';
import { mediumTime } from '../../../inbox/time';
import { Select } from '../../../ui/Inputs';
import { More } from '../../../ui/More';
import { SkeletonLines } from '../../../ui/Skeleton';
import { useSpace } from '../../api';
import { Differences } from '../Differences';
import { differencesQuery, versionsQuery, type Difference } from '../queries';

interface VersionFieldProps {
  label: string;
  hint: string;
  value: number | null;
  change: (version: number | null) => void;
}

/** One of the versions that the space is not set to now. */
export function VersionField({ label, hint, value, change }: VersionFieldProps) {
  const found = useInfiniteQuery(versionsQuery(useApi(), useSpace()));
  const { data: versions = [], error, hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  return (
    <>
      <Select
        label={label}
        hint={hint}
        fault={error ? sentence(error) : undefined}
        value={value ?? ''}
        onChange={({ target }) => change(target.value ? Number(target.value) : null)}
      >
        <option value="">Choose a version</option>
        {versions
          .filter(({ present }) => !present)
          .map(({ n, note, at }) => (
            <option key={n} value={n}>
              {n} · {note ?? mediumTime(new Date(at))}
            </option>
          ))}
      </Select>
      {hasNextPage && <More label="Show older versions" busy={isFetchingNextPage} load={fetchNextPage} />}
    </>
  );
}

/** What of the difference between two versions shapes answers. */
export const ofAnswers = (items: Difference[]) => items.filter(({ field }) => field.startsWith('settings.ai.'));

/** How a version answers otherwise than the space does now. */
export function AnswersOtherwise({ version }: { version: number }) {
  const space = useSpace();
  const { data, error } = useQuery(differencesQuery(useApi(), space, space.version, version));
  if (error) return <p className="text-bad">{sentence(error)}</p>;
  if (!data) return <SkeletonLines label="Comparing" lines={2} />;
  const items = ofAnswers(data);
  return items.length === 0 ? <p className="text-mute">Version {version} answers as the space does now.</p> : <Differences items={items} />;
}
