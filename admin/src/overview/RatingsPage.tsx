import { getRouteApi, Link } from '@tanstack/react-router';
import { Star } from 'lucide-react';
import type { Space } from '../spaces/api';
import { buttonLook } from '../ui/Button';
import { Empty } from '../ui/Empty';
import type { Csat } from './api';
import { Chart } from './Chart';
import { Comments } from './Comments';
import { count, score, share } from './format';
import { readSearch, type OverviewSearch } from './range';
import { ratingsPath, ratingsQuery, type RatedGroup, type RatingsReport } from './ratings';
import { Report, useReport } from './Report';
import { Delta } from './Tiles';

const route = getRouteApi('/overview/ratings');

/** How visitors rated conversations, by who answered and what they were about, and what they said. */
export function RatingsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const report = useReport(search, (api, days, space) => ratingsQuery(api, days, space, search.compare !== false));
  const { days, spaces, space } = report;
  const change = (next: OverviewSearch) => void navigate({ search: readSearch(next), replace: true });
  const loading = <div role="status" aria-label="Loading the ratings" className="h-96 animate-pulse rounded-2xl bg-sunken" />;
  return (
    <Report title="Ratings" search={search} change={change} report={report} table={{ name: 'ratings', path: ratingsPath(days, space?.id, false) }} loading={loading}>
      {(data) =>
        data.totals.count === 0 ? (
          <Nothing space={space ?? spaces[0]} />
        ) : (
          <>
            <Totals data={data} />
            <div className="grid gap-4 lg:grid-cols-2">
              <Course data={data} />
              <Scores csat={data.totals} />
            </div>
            <Groups id="by-agent" title="By who answered" about="The agent who wrote last before the rating; the bot, where no person wrote." rows={byAnswerer(data)} />
            <Groups id="by-category" title="By category" about="Of the conversation’s newest ticket." rows={data.categories.map(({ name, csat }) => ({ name: name ?? 'No category', csat }))} />
            <Comments days={days} space={space?.id} />
          </>
        )
      }
    </Report>
  );
}

function Totals({ data: { totals, previous } }: { data: RatingsReport }) {
  const tiles = [
    { name: 'Ratings', tell: (csat: Csat) => csat.count, format: count },
    { name: 'On average', tell: (csat: Csat) => csat.mean, format: score },
    { name: 'Gave 4 or 5', tell: (csat: Csat) => csat.satisfied, format: share },
  ];
  return (
    <dl className="grid grid-cols-3 gap-3 sm:gap-4">
      {tiles.map(({ name, tell, format }) => (
        <div key={name} className="min-w-0 rounded-2xl border border-line bg-panel p-3.5 sm:p-4">
          <dt className="text-xs font-medium text-mute sm:text-sm">{name}</dt>
          <dd className="mt-1 flex flex-wrap items-baseline gap-x-2">
            <span className="text-xl font-semibold tabular-nums sm:text-2xl">{format(tell(totals))}</span>
            {previous && <Delta now={tell(totals)} before={tell(previous.totals)} format={format} better="more" />}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Course({ data: { series, previous } }: { data: RatingsReport }) {
  const before = previous?.series;
  return (
    <Chart
      title="Satisfaction"
      about="Ratings from 1 to 5, on average."
      slots={series.map(({ at }) => at)}
      format={score}
      domain={[1, 5]}
      rows={[
        { name: 'On average', colour: 'accent', look: 'line', values: series.map(({ csat }) => csat.mean) },
        ...(before ? [{ name: 'In the days before', colour: 'mute', look: 'dashed', values: before.map(({ csat }) => csat.mean) } as const] : []),
      ]}
    />
  );
}

/** How many gave each, the best on top. */
function Scores({ csat: { scores, count: all } }: { csat: Csat }) {
  return (
    <section aria-labelledby="scores" className="min-w-0 rounded-2xl border border-line bg-panel p-4">
      <h2 id="scores" className="font-semibold">
        Distribution
      </h2>
      <p className="mt-0.5 text-xs text-mute">How many gave each.</p>
      <dl className="mt-5 space-y-4">
        {scores
          .map((times, i) => ({ times, stars: i + 1 }))
          .reverse()
          .map(({ times, stars }) => (
            <div key={stars} className="grid grid-cols-[3.5rem_1fr_6rem] items-center gap-3 tabular-nums">
              <dt className="flex items-center gap-1 font-medium">
                {stars} <Star className="size-3.5 fill-current text-warn" aria-label={stars === 1 ? 'star' : 'stars'} />
              </dt>
              <dd aria-hidden className="h-3 overflow-hidden rounded-full bg-sunken">
                <span className="block h-full rounded-full bg-accent" style={{ width: `${(times / all) * 100}%` }} />
              </dd>
              <dd className="text-end text-mute">
                <span className="font-medium text-ink">{count(times)}</span> ({share(times / all)})
              </dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

interface Line {
  name: string;
  csat: Csat;
}

function byAnswerer({ bot, agents }: RatingsReport): Line[] {
  const people = agents.map(({ name, csat }: RatedGroup) => ({ name: name ?? 'An agent', csat }));
  return bot.count > 0 ? [{ name: 'The bot alone', csat: bot }, ...people] : people;
}

const COLUMNS = ['Ratings', 'On average', 'Gave 4 or 5', '1', '2', '3', '4', '5'];

function Groups({ id, title, about, rows }: { id: string; title: string; about: string; rows: Line[] }) {
  return (
    <section aria-labelledby={id} className="min-w-0 rounded-2xl border border-line bg-panel">
      <h2 id={id} className="px-4 pt-4 font-semibold">
        {title}
      </h2>
      <p className="mt-0.5 px-4 pb-2 text-xs text-mute">{about}</p>
      <div className="overflow-x-auto" tabIndex={0} role="group" aria-labelledby={id}>
        <table className="w-full text-end tabular-nums">
          <thead className="text-xs text-mute">
            <tr>
              <th scope="col" className="px-4 py-2 text-start font-medium">
                Name
              </th>
              {COLUMNS.map((column) => (
                <th key={column} scope="col" className="px-3 py-2 text-end font-medium whitespace-nowrap">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {rows.map(({ name, csat }, i) => (
              <tr key={i}>
                <th scope="row" className="px-4 py-2.5 text-start font-medium">
                  {name}
                </th>
                <td className="px-3 py-2.5">{count(csat.count)}</td>
                <td className="px-3 py-2.5">{score(csat.mean)}</td>
                <td className="px-3 py-2.5">{share(csat.satisfied)}</td>
                {csat.scores.map((times, stars) => (
                  <td key={stars} className="px-3 py-2.5 text-mute">
                    {count(times)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Nothing({ space }: { space: Space | undefined }) {
  return (
    <div className="flex min-h-96">
      <Empty icon={Star} title="Nobody rated a conversation in these days">
        <p>Visitors rate a conversation in the chat once it is resolved. A space can ask those who have left by e-mail.</p>
        {space && (
          <Link to="/spaces/$space/settings/people" params={{ space: space.slug }} className={buttonLook('primary')}>
            Ask by e-mail
          </Link>
        )}
      </Empty>
    </div>
  );
}
