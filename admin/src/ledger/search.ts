import { readSearch, type OverviewSearch } from '../overview/range';
import { BYS, KINDS, type By, type CallKind } from './api';

/** What the ledger shows, as it stands in its address; what is usual is left out. */
export interface LedgerSearch extends Omit<OverviewSearch, 'compare'> {
  /** What its bars and rows are: models unless told. */
  by?: By;
  model?: string;
  kind?: CallKind;
}

/** What may stand in an address, whatever it is. */
export type Said = { [name in keyof LedgerSearch]?: unknown };

/** What can be in an address, and is not usual. */
export function readLedger(search: Said): LedgerSearch {
  const read: LedgerSearch = readSearch(search);
  const by = BYS.find((known) => known === search.by);
  if (by && by !== 'model') read.by = by;
  if (typeof search.model === 'string' && search.model) read.model = search.model;
  const kind = KINDS.find((known) => known === search.kind);
  if (kind) read.kind = kind;
  return read;
}
