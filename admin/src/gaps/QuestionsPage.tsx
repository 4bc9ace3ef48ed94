import { getRouteApi, Link } from '@tanstack/react-router';
import { MessageCircleQuestionMark } from 'lucide-react';
import type { ReactNode } from 'react';
import { exactTime, shortTime } from '../inbox/time';
import { count as times } from '../knowledge/words';
import { Download } from '../overview/Download';
import { changeText, count, change as changed, duration, share } from '../overview/format';
import { readQuestions, type QuestionsSearch } from '../overview/range';
import { Report, useReport } from '../overview/Report';
import type { Space } from '../spaces/api';
import { buttonLook } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { Tag } from '../ui/Tag';
import { questionsPath, questionsQuery, type DocumentFigures, type QuestionsReport } from './api';
import { STATE_WORDS } from './words';

const route = getRouteApi('/overview/questions');
const KINDS = [
  { kind: undefined, label: 'Popular' },
  { kind: 'unanswered', label: 'Not answered well' },
] as const;

/** What visitors ask, by meaning, and how answers fare. */
export function QuestionsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const kind = search.kind ?? 'popular';
  const report = useReport(search, (api, days, space) => questionsQuery(api, days, space, kind));
  const { days, spaces, space } = report;
  const change = (next: QuestionsSearch) => void navigate({ search: readQuestions(next), replace: true });
  const slugs = new Map(spaces.map(({ id, slug }) => [id, slug]));
  const table = { name: 'questions', path: questionsPath(days, space?.id, kind) };
  const csv = (of: string, table: 'documents' | 'slowest') => (
    <Download table={{ name: of.replace(' ', '-'), path: questionsPath(days, space?.id, kind, table), of }} days={days} />
  );
  const loading = <div role="status" aria-label="Loading the questions" className="h-96 animate-pulse rounded-2xl bg-sunken" />;
  return (
    <Report title="Questions" search={search} change={change} report={report} table={table} compares={false} loading={loading}>
      {(data) =>
        data.totals.questions === 0 ? (
          <Nothing space={space ?? spaces[0]} />
        ) : (
          <>
            <Totals totals={data.totals} />
            <div role="group" aria-label="Which questions" className="flex w-fit gap-1 rounded-xl bg-sunken p-1">
              {KINDS.map(({ kind: one, label }) => (
                <button
                  key={label}
                  type="button"
                  aria-pressed={one === search.kind}
                  onClick={() => change({ ...search, kind: one })}
                  className="h-7 rounded-lg px-2.5 font-medium text-mute hover:text-ink aria-pressed:bg-panel aria-pressed:text-ink aria-pressed:shadow-sm"
                >
                  {label}
                </button>
              ))}
            </div>
            <Questions data={data} slugs={slugs} />
            <div className="grid items-start gap-4 lg:grid-cols-2">
              <Documents id="cited" title="Most cited documents" act={csv('documents', 'documents')} documents={data.cited} slugs={slugs} none="No answer cites a document in these days." />
              <Documents id="never-cited" title="Documents that no answer cites" documents={data.never_cited} slugs={slugs} none="Every document is cited." />
            </div>
            <Slowest data={data} act={csv('slowest answers', 'slowest')} />
          </>
        )
      }
    </Report>
  );
}

function Totals({ totals: { questions, unanswered, took } }: Pick<QuestionsReport, 'totals'>) {
  const tiles = [
    ['Questions', count(questions)],
    ['Not answered well', `${count(unanswered)} (${share(unanswered / questions)})`],
    ['Half answered within', duration(took.p50_ms)],
    ['95% answered within', duration(took.p95_ms)],
  ];
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-4 md:grid-cols-4">
      {tiles.map(([name, value]) => (
        <div key={name} className="min-w-0 rounded-2xl border border-line bg-panel p-3.5 sm:p-4">
          <dt className="text-xs font-medium text-mute sm:text-sm">{name}</dt>
          <dd className="mt-1 text-lg font-semibold tabular-nums sm:text-xl">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Part({ id, title, act, children }: { id: string; title: string; act?: ReactNode; children: ReactNode }) {
  return (
    <section aria-labelledby={id} className="min-w-0 rounded-2xl border border-line bg-panel">
      <div className="flex min-h-13 flex-wrap items-center gap-2 px-4 py-2">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {act}
      </div>
      {children}
    </section>
  );
}

function Questions({ data: { questions }, slugs }: { data: QuestionsReport; slugs: Map<string, string> }) {
  return (
    <Part id="questions" title="By meaning">
      <div className="overflow-x-auto" tabIndex={0} role="group" aria-labelledby="questions">
        <table className="w-full text-end tabular-nums">
          <thead className="text-xs text-mute">
            <tr>
              <th scope="col" className="px-4 py-2 text-start font-medium">
                Question
              </th>
              {['Asked', 'Change', 'Not answered well', 'Half within', '95% within', 'Last'].map((column) => (
                <th key={column} scope="col" className="px-3 py-2 text-end font-medium whitespace-nowrap">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {questions.map(({ id, space, question, state, questions, before, unanswered, took, last_asked }) => {
              const by = changed(questions, before);
              const slug = slugs.get(space);
              return (
                <tr key={id}>
                  <th scope="row" className="min-w-56 px-4 py-2.5 text-start font-medium wrap-anywhere">
                    {slug && unanswered > 0 ? (
                      <Link to="/spaces/$space/knowledge/gaps/$gap" params={{ space: slug, gap: id }} className="text-accent hover:underline">
                        {question || 'A question that is gone'}
                      </Link>
                    ) : (
                      question || 'A question that is gone'
                    )}{' '}
                    {state !== 'open' && <Tag look={state === 'answered' ? 'good' : 'plain'}>{STATE_WORDS[state]}</Tag>}
                  </th>
                  <td className="px-3 py-2.5">{count(questions)}</td>
                  <td className="px-3 py-2.5 text-mute">{by === null ? 'new' : changeText(by)}</td>
                  <td className="px-3 py-2.5">{count(unanswered)}</td>
                  <td className="px-3 py-2.5 whitespace-nowrap">{duration(took.p50_ms)}</td>
                  <td className="px-3 py-2.5 whitespace-nowrap">{duration(took.p95_ms)}</td>
                  <td className="px-3 py-2.5 whitespace-nowrap text-mute">
                    <time dateTime={last_asked} title={exactTime(new Date(last_asked))}>
                      {shortTime(new Date(last_asked), new Date())}
                    </time>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
        {questions.length === 0 && <p className="border-t border-line px-4 py-3 text-mute">Every question was answered well in these days.</p>}
      </div>
    </Part>
  );
}

interface DocumentsProps {
  id: string;
  title: string;
  documents: DocumentFigures[];
  slugs: Map<string, string>;
  none: string;
  act?: ReactNode;
}

function Documents({ id, title, documents, slugs, none, act }: DocumentsProps) {
  return (
    <Part id={id} title={title} act={act}>
      {documents.length === 0 && <p className="px-4 pb-4 text-mute">{none}</p>}
      <ul className="divide-y divide-line border-t border-line empty:hidden">
        {documents.map((document) => {
          const slug = slugs.get(document.space);
          return (
            <li key={document.id} className="flex items-baseline justify-between gap-3 px-4 py-2">
              {slug ? (
                <Link
                  to="/spaces/$space/knowledge/documents/$document"
                  params={{ space: slug, document: document.id }}
                  className="min-w-0 truncate text-accent hover:underline"
                >
                  {document.title}
                </Link>
              ) : (
                <span className="min-w-0 truncate">{document.title}</span>
              )}
              {document.answers > 0 && <span className="shrink-0 text-mute tabular-nums">{times(document.answers, 'answer')}</span>}
            </li>
          );
        })}
      </ul>
    </Part>
  );
}

function Slowest({ data: { slowest }, act }: { data: QuestionsReport; act: ReactNode }) {
  if (slowest.length === 0) return null;
  return (
    <Part id="slowest" title="Slowest answers" act={act}>
      <ul className="divide-y divide-line border-t border-line">
        {slowest.map(({ conversation, question, asked_at, took_ms }) => (
          <li key={`${conversation} ${asked_at}`} className="flex items-baseline justify-between gap-3 px-4 py-2">
            <Link to="/inbox/$conversation" params={{ conversation }} className="min-w-0 truncate text-accent hover:underline">
              {question}
            </Link>
            <span className="shrink-0 whitespace-nowrap text-mute tabular-nums">{duration(took_ms)}</span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Nothing({ space }: { space: Space | undefined }) {
  return (
    <div className="flex min-h-96">
      <Empty icon={MessageCircleQuestionMark} title="Nobody asked anything in these days">
        <p>Questions appear here within seconds of the bot’s answer.</p>
        {space && (
          <Link to="/spaces/$space/install" params={{ space: space.slug }} className={buttonLook('primary')}>
            Install the widget
          </Link>
        )}
      </Empty>
    </div>
  );
}
