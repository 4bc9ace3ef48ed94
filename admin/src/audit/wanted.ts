/** Which acts the address asks for; days are those of whoever looks. */
export interface Wanted {
  actor?: string;
  action?: string;
  from?: string;
  to?: string;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What of an address is a filter; what cannot be one is left out. */
export function wanted(search: Record<string, unknown>): Wanted {
  const { actor, action, from, to } = search;
  const is = (value: unknown, shape: RegExp): value is string => typeof value === 'string' && shape.test(value);
  return {
    ...(is(actor, UUID) && { actor }),
    ...(is(action, /^[a-z_]+\.[a-z_]*$/) && { action }),
    ...(isDay(from) && { from }),
    ...(isDay(to) && { to }),
  };

  function isDay(value: unknown): value is string {
    return is(value, DAY) && !Number.isNaN(new Date(`${value}T00:00`).getTime());
  }
}

/** The same as the API asks for it: `to` is the moment after the last day. */
export function queryOf({ actor, action, from, to }: Wanted): URLSearchParams {
  const query = new URLSearchParams();
  if (actor) query.set('actor', actor);
  if (action) query.set('action', action);
  if (from) query.set('from', new Date(`${from}T00:00`).toISOString());
  if (to) {
    const end = new Date(`${to}T00:00`);
    end.setDate(end.getDate() + 1);
    query.set('to', end.toISOString());
  }
  return query;
}
