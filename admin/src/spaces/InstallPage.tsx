import { ExternalLink, EyeOff } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { useTitle } from '../app/title';
import { buttonLook } from '../ui/Button';
import { useSpace } from './api';
import { CopyButton } from './CopyButton';
import { DEMO_SITES, embedCode } from './embed';

/** How the widget gets onto a site. */
export function InstallPage() {
  const space = useSpace();
  useTitle('Install', space.name);
  const code = embedCode(location.origin, space.slug);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto max-w-2xl space-y-5 p-4 sm:p-8">
        {!space.published && (
          <p role="status" className="flex items-start gap-2.5 rounded-xl bg-warn-soft px-4 py-3 text-warn">
            <EyeOff className="mt-0.5 size-4 shrink-0" aria-hidden />
            This space is not published: the widget stays hidden until it is.
          </p>
        )}
        <Card title="Put the widget on your site">
          <p>
            Add this line to every page that shall have it, before <code className="font-mono text-ink">&lt;/body&gt;</code>. It loads
            after the page and does not slow it down.
          </p>
          <Copyable text={code} what="the embed code" />
        </Card>
        {DEMO_SITES.has(space.slug) && (
          <Card title="Try it on the demo site">
            <p>A page as your customers would see it, with the widget of this space.</p>
            <a href={`/demo/${space.slug}`} target="_blank" rel="noopener" className={buttonLook('plain')}>
              Open /demo/{space.slug} <ExternalLink className="size-4 text-mute" aria-hidden />
            </a>
          </Card>
        )}
        <Card title="Public key">
          <p>Names this space where its slug would do, too. It is no secret: it may stand in your page.</p>
          <Copyable text={space.public_key} what="the public key" />
        </Card>
      </div>
    </div>
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

function Copyable({ text, what }: { text: string; what: string }) {
  return (
    <div className="flex items-start gap-2 rounded-xl border border-line bg-sunken p-2 ps-4">
      <code className="min-w-0 flex-1 py-2 font-mono text-[13px] leading-relaxed text-ink">{unbroken(text)}</code>
      <CopyButton text={text} what={what} />
    </div>
  );
}

/** Breaks lines at spaces, and inside a word only where it is longer than the line. */
function unbroken(text: string) {
  return text.split(' ').map((word, i) => (
    <Fragment key={i}>
      {i > 0 && ' '}
      <span className="inline-block max-w-full wrap-anywhere">{word}</span>
    </Fragment>
  ));
}
