/** Where a source opens: on this server, unless it says where. Nothing where that is no page. */
export function sourceLink(url: string | null): string | undefined {
  if (!url || !URL.canParse(url, location.origin)) return undefined;
  const link = new URL(url, location.origin);
  return /^https?:$/.test(link.protocol) ? link.href : undefined;
}
