import { useEffect } from 'react';

let page = 'Parlance';
let waiting = 0;

/** The page's name in the tab, behind how many visitors wait. */
export const titled = (name: string, count: number) => (count > 0 ? `(${count}) ${name}` : name);

const show = () => void (document.title = titled(page, waiting));

/** Names the page in the tab and the history, most particular part first. */
export function useTitle(...parts: (string | undefined)[]): void {
  const title = [...parts.filter(Boolean), 'Parlance'].join(' · ');
  useEffect(() => {
    page = title;
    show();
  }, [title]);
}

/** Says in the tab, by number and icon, that visitors wait; as long as this is shown. */
export function useTabBadge(count: number): void {
  useEffect(() => {
    waiting = count;
    show();
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    const name = count > 0 ? 'icon-waiting.svg' : 'icon.svg';
    if (icon) icon.href = `${import.meta.env.BASE_URL}${name}`;
  }, [count]);
  useEffect(
    () => () => {
      waiting = 0;
      show();
    },
    [],
  );
}
