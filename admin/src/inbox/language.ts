import type { QueryClient } from '@tanstack/react-query';
import type { Conversation } from './api';
import type { Pages } from './merge';

/** Those that the widget speaks. */
const SPOKEN = ['ar', 'de', 'en', 'es', 'fr', 'ja', 'pt'];

/** Of `de-AT` the `de`. */
export const languageOf = ({ locale }: Pick<Conversation, 'locale'>) => locale?.split('-')[0]?.toLowerCase();

/** Languages that conversations may be in: the widget's, and those of what was read of the inbox. */
export function languages(queries: QueryClient, chosen: string | undefined): string[] {
  const read = queries.getQueriesData<Pages>({ queryKey: ['inbox'] }).flatMap(([, pages]) => pages?.pages.flatMap(({ items }) => items.map(languageOf)) ?? []);
  return [...new Set([...SPOKEN, ...read, chosen])].filter((one) => one !== undefined).sort();
}

export function languageName(locale: string): string {
  try {
    return new Intl.DisplayNames(undefined, { type: 'language' }).of(locale) ?? locale;
  } catch {
    return locale;
  }
}
