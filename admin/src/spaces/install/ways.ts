import { embedCode } from '../embed';

export type Way = 'html' | 'react' | 'next' | 'wordpress' | 'gtm';

/** How the widget gets onto pages that are made in one way or another. */
export const WAYS: readonly { value: Way; label: string; where: string }[] = [
  { value: 'html', label: 'HTML', where: 'Add this line to every page that shall have it, before </body>. It loads after the page and does not slow it down.' },
  { value: 'react', label: 'React', where: 'Render this once, near the root of your app. It loads after the page and goes when it is no longer rendered.' },
  { value: 'next', label: 'Next.js', where: 'Add this to your root layout, app/layout.tsx, inside the body.' },
  { value: 'wordpress', label: 'WordPress', where: 'Add this to functions.php of your theme, or have a plugin for footer code add the line in it to all pages.' },
  { value: 'gtm', label: 'Tag Manager', where: 'Add a tag of the kind “Custom HTML” with this, on all pages.' },
];

/** The code for it. A slug has only letters, digits and hyphens. */
export function codeFor(way: Way, origin: string, slug: string): string {
  const line = embedCode(origin, slug);
  switch (way) {
    case 'html':
      return line;
    case 'react':
      return `import { useEffect } from 'react';

export function Chat() {
  useEffect(() => {
    const script = document.createElement('script');
    script.src = '${origin}/widget.js';
    script.dataset.space = '${slug}';
    document.body.append(script);
    return () => {
      script.remove();
      window.parlance?.('shutdown');
    };
  }, []);
  return null;
}`;
    case 'next':
      return `import Script from 'next/script';

<Script
  src="${origin}/widget.js"
  data-space="${slug}"
  strategy="afterInteractive"
/>`;
    case 'wordpress':
      return `add_action('wp_footer', function () {
  echo '${line}';
});`;
    case 'gtm':
      // A tag there loses the attributes of its script, so that the script is made by hand.
      return `<script>
  (function () {
    var script = document.createElement('script');
    script.src = '${origin}/widget.js';
    script.dataset.space = '${slug}';
    document.body.appendChild(script);
  })();
</script>`;
  }
}
