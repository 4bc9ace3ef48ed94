import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ExternalLink, EyeOff } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useApi } from '../api/client';
import { useTitle } from '../app/title';
import { buttonLook } from '../ui/Button';
import { Choice } from '../ui/Choice';
import { Copyable } from '../ui/Copyable';
import { embedQuery, useSpace } from './api';
import { DEMO_SITES } from './embed';
import { Identify } from './install/Identify';
import { codeFor, WAYS, type Way } from './install/ways';
import { SeenOn } from './SeenOn';

/** How the widget gets onto a site. */
export function InstallPage() {
  const space = useSpace();
  useTitle('Install', space.name);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto max-w-2xl space-y-5 p-4 sm:p-8">
        {!space.published && (
          <p role="status" className="flex items-start gap-2.5 rounded-xl bg-warn-soft px-4 py-3 text-warn">
            <EyeOff className="mt-0.5 size-4 shrink-0" aria-hidden />
            <span>
              This space is not published: the widget stays hidden until it is.{' '}
              <Link to="/spaces/$space/settings" params={{ space: space.slug }} className="font-medium underline underline-offset-2">
                Look it over and publish it
              </Link>
            </span>
          </p>
        )}
        <Card title="Put the widget on your site">
          <Embed slug={space.slug} />
          <SeenOn space={space.id} />
        </Card>
        {DEMO_SITES.has(space.slug) && (
          <Card title="Try it on the demo site">
            <p>A page as your customers would see it, with the widget of this space.</p>
            <a href={`/demo/${space.slug}`} target="_blank" rel="noopener" className={buttonLook('plain')}>
              Open /demo/{space.slug} <ExternalLink className="size-4 text-mute" aria-hidden />
            </a>
          </Card>
        )}
        <Card title="Let your users be known">
          <p>Who is logged in at your site then finds their conversations on every device, and your team sees who writes.</p>
          <Identify />
        </Card>
        <Policy />
        <Card title="Public key">
          <p>Names this space where its slug would do, too. It is no secret: it may stand in your page.</p>
          <Copyable text={space.public_key} what="the public key" />
        </Card>
      </div>
    </div>
  );
}

function Embed({ slug }: { slug: string }) {
  const [way, setWay] = useState<Way>('html');
  const code = codeFor(way, location.origin, slug);
  return (
    <>
      <Choice label="Your site is made with" value={way} options={WAYS} change={setWay} />
      <p>{WAYS.find(({ value }) => value === way)?.where}</p>
      <Copyable block={way !== 'html'} text={code} what="the embed code" />
    </>
  );
}

/** For sites that name what may be loaded. */
function Policy() {
  const { data: embed } = useQuery(embedQuery(useApi(), useSpace()));
  if (!embed) return null;
  return (
    <Card title="Content policy">
      <p>If your pages have a Content-Security-Policy, add these to it.</p>
      <Copyable block text={embed.csp.map(({ directive, source }) => `${directive} ${source};`).join('\n')} what="the sources" />
    </Card>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="space-y-3 rounded-2xl border border-line bg-panel p-5 text-mute sm:p-6">
      <h2 className="text-base font-semibold text-ink">{title}</h2>
      {children}
    </section>
  );
}
