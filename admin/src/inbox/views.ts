import type { Shelf } from '../views/views';
import { VIEWS } from './api';
import { shownOf, type InboxSearch } from './search';

/** Saved views of the inbox. */
export const INBOX: Shelf<InboxSearch> = { key: 'views', read: shownOf, parts: Object.values(VIEWS).map(({ label }) => label), example: 'Waiting at the shop' };
