import type { Shelf } from '../views/views';
import { VIEWS, wantedTickets, type Wanted } from './wanted';

/** Saved views of the list of tickets. */
export const TICKETS: Shelf<Wanted> = { key: 'ticket-views', read: wantedTickets, parts: Object.values(VIEWS).map(({ label }) => label), example: 'Urgent, of sales' };
