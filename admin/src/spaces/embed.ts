/** The line that a host page gets. A slug has only letters, digits and hyphens. */
export function embedCode(origin: string, slug: string): string {
  return `<script src="${origin}/widget.js" data-space="${slug}" async></script>`;
}

/** Spaces of the seeded tenants, which have a page at /demo/{slug}. */
export const DEMO_SITES: ReadonlySet<string> = new Set(['acme', 'globex']);
