import { ArrowRight } from 'lucide-react';
import { count } from '../knowledge/words';
import { share } from '../overview/format';
import { Tag } from '../ui/Tag';
import type { Fares, Preview } from './api';

/** What would be found now, and with the answer. */
export function Comparison({ preview: { questions, golden } }: { preview: Preview }) {
  const better = questions.filter(({ after }) => after.found && after.rank !== null).length;
  const worse = golden.filter(({ before, after }) => before && !after);
  const mended = golden.filter(({ before, after }) => !before && after);
  return (
    <section aria-labelledby="changes" className="rounded-xl border border-line">
      <div className="space-y-1 border-b border-line px-3 py-2.5">
        <h4 id="changes" className="font-semibold">
          What changes
        </h4>
        <p className="text-mute">
          {better} of {count(questions.length, 'question')} would find this answer.{' '}
          {golden.length > 0 && (
            <span className={worse.length > 0 ? 'font-medium text-bad' : ''}>
              {worse.length > 0 ? `${count(worse.length, 'golden question')} would get worse.` : `No golden question gets worse (${count(golden.length, 'tried', 'tried')}).`}
              {mended.length > 0 && ` ${count(mended.length, 'golden question')} would get better.`}
            </span>
          )}
        </p>
      </div>
      <div className="overflow-x-auto" tabIndex={0} role="group" aria-labelledby="changes">
        <table className="w-full text-start">
          <thead className="text-xs text-mute">
            <tr>
              <th scope="col" className="px-3 py-2 text-start font-medium">
                Question
              </th>
              <th scope="col" className="px-3 py-2 text-start font-medium">
                Now
              </th>
              <th scope="col" className="px-3 py-2 text-start font-medium">
                With the answer
              </th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {questions.map(({ question, before, after }) => (
              <tr key={question}>
                <th scope="row" className="min-w-40 px-3 py-2 text-start font-normal wrap-break-word">
                  {question}
                </th>
                <td className="px-3 py-2 align-top">
                  <Fate fares={before} />
                </td>
                <td className="px-3 py-2 align-top">
                  <Fate fares={after} />
                </td>
              </tr>
            ))}
            {[...worse, ...mended].map(({ question, before, after }) => (
              <tr key={`golden ${question}`}>
                <th scope="row" className="min-w-40 px-3 py-2 text-start font-normal wrap-break-word">
                  {question} <Tag look="accent">Golden</Tag>
                </th>
                <td className="px-3 py-2 align-top">{before ? 'Passes' : 'Fails'}</td>
                <td className="px-3 py-2 align-top">
                  <span className="inline-flex items-center gap-1.5">
                    <ArrowRight className="size-3.5 text-mute" aria-hidden /> {after ? 'Passes' : 'Fails'}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Fate({ fares: { found, rank, grounding } }: { fares: Fares }) {
  if (!found) return <Tag look="warn">Not found</Tag>;
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      <Tag look="good">{rank === null ? 'Found' : `Found, place ${rank}`}</Tag>
      <span className="text-xs whitespace-nowrap text-mute" title="How far what is found says your answer">
        says {share(grounding)} of it
      </span>
    </span>
  );
}
