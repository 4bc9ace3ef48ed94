import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../../api/client';
import { useMay } from '../../app/permission';
import { useSpace } from '../../spaces/api';
import { Confirm } from '../../ui/Dialog';
import { Tag } from '../../ui/Tag';
import type { GoldenQuestion, GoldenResult } from './api';
import { GoldenDialog } from './GoldenDialog';

const act = 'grid size-8 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink';

/** A golden question, what it expects, and how it stood the last time. */
export function GoldenRow({ question, result }: { question: GoldenQuestion; result: GoldenResult | undefined }) {
  const [api, queries, space, mayWrite] = [useApi(), useQueryClient(), useSpace(), useMay('knowledge:write')];
  const [asks, setAsks] = useState<'change' | 'delete' | null>(null);
  const remove = async () => {
    await api.delete(`/api/golden-questions/${question.id}`);
    await queries.invalidateQueries({ queryKey: ['golden', space.id] });
  };
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <Link to="/spaces/$space/playground" params={{ space: space.slug }} search={{ q: question.question }} className="font-medium wrap-anywhere hover:text-accent">
          {question.question}
        </Link>
        <Expected question={question} />
      </div>
      {result && <Stands result={result} />}
      {mayWrite && (
        <div className="-my-1 flex shrink-0">
          <button type="button" aria-label={`Change “${question.question}”`} onClick={() => setAsks('change')} className={act}>
            <Pencil className="size-4" aria-hidden />
          </button>
          <button type="button" aria-label={`Delete “${question.question}”`} onClick={() => setAsks('delete')} className={act}>
            <Trash2 className="size-4" aria-hidden />
          </button>
        </div>
      )}
      {asks === 'change' && <GoldenDialog known={question} close={() => setAsks(null)} />}
      {asks === 'delete' && (
        <Confirm
          title="Delete the golden question?"
          lead={`“${question.question}” is not asked again. What became of it so far is deleted with it.`}
          label="Delete the question"
          act={remove}
          close={() => setAsks(null)}
        />
      )}
    </li>
  );
}

/** What must be found and said. */
export function Expected({ question: { source, document, facts } }: { question: GoldenQuestion }) {
  const slug = useSpace().slug;
  return (
    <p className="mt-0.5 text-xs text-mute wrap-anywhere">
      {source && 'Finds '}
      {source &&
        (document ? (
          <Link to="/spaces/$space/knowledge/documents/$document" params={{ space: slug, document }} className="text-ink hover:text-accent">
            {source}
          </Link>
        ) : (
          <span className="text-warn">{source}, which is not here</span>
        ))}
      {source && facts.length > 0 && ', says '}
      {!source && facts.length > 0 && 'Says '}
      {facts.map((fact, i) => (
        <span key={i}>
          {i > 0 && ', '}
          <span className="text-ink">“{fact}”</span>
        </span>
      ))}
    </p>
  );
}

/** Passed or not, and whether that is new. */
export function Stands({ result: { passed, passed_before } }: { result: GoldenResult }) {
  if (passed) return <Tag look="good">{passed_before === false ? 'Passes again' : 'Passes'}</Tag>;
  return <Tag look="bad">{passed_before ? 'Got worse' : 'Fails'}</Tag>;
}
