import { useQuery } from '@tanstack/react-query';
import { Zap } from 'lucide-react';
import { useApi } from '../api/client';
import { spacesQuery } from '../spaces/api';
import { Button } from '../ui/Button';
import { Tag } from '../ui/Tag';
import type { CannedReply } from './api';
import { actOf } from './words';

/** A reply in the list. */
export function CannedRow({ reply, edit, remove }: { reply: CannedReply; edit: () => void; remove: () => void }) {
  const { data: spaces = [] } = useQuery(spacesQuery(useApi()));
  const { title, shortcut, text, space } = reply;
  const act = actOf(reply);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 p-4">
      <div className="min-w-0 flex-1 basis-72">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <h2 className="min-w-0 truncate font-medium">{title}</h2>
          <code className="font-mono text-xs text-mute">/{shortcut}</code>
          {space && <Tag>{spaces.find(({ id }) => id === space)?.name ?? 'One space'}</Tag>}
        </div>
        <p className="mt-1 line-clamp-2 text-mute wrap-anywhere">{text}</p>
        {act && (
          <p className="mt-1.5 flex items-center gap-1.5 text-xs text-accent">
            <Zap className="size-3.5" aria-hidden /> Then {act}
          </p>
        )}
      </div>
      <div className="-ms-3.5 flex gap-1 sm:ms-0">
        <Button look="quiet" onClick={edit} aria-label={`Change ${title}`}>
          Change
        </Button>
        <Button look="quiet" onClick={remove} aria-label={`Delete ${title}`}>
          Delete
        </Button>
      </div>
    </li>
  );
}
