import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../../api/client';
import type { Page } from '../../api/page';

export interface FoundPassage {
  id: string;
  document: string;
  title: string;
  heading: string[];
  page: number | null;
  text: string;
  score: number;
  cosine: number;
  coverage: number;
  url: string | null;
}

/** How a passage words the question, each 0 to 1. */
export interface Wording {
  sentence: number;
  stretch: number;
  closeness: number;
  quoted: number;
  numbers: number;
  spread: number;
  phrases: number;
}

/** `below_floor`: it would have been kept, but nothing kept reaches the floor. */
export type Verdict = 'kept' | 'repeats' | 'surplus' | 'below_floor';

export interface Candidate {
  id: string;
  document: string;
  title: string;
  heading: string[];
  page: number | null;
  text: string;
  /** In the order, from 1. */
  place: number;
  score: number;
  meaning: { place: number | null; cosine: number };
  text_match: { place: number | null; score: number | null; coverage: number };
  fused: number;
  fused_place: number;
  wording: Wording;
  reaches_floor: boolean;
  outcome: Verdict;
  /** The kept passage it repeats. */
  repeats: string | null;
}

/** A word of the question as it is searched. */
export interface Word {
  lexeme: string;
  /** Passages of the space that have it. */
  passages: number;
  of: number;
  /** By rarity; absent where it is not searched for. */
  weight: number | null;
}

/** What one of the first three must reach. */
export interface Floor {
  near: number;
  related: number;
  sentence: number;
  together: number;
  reached: boolean;
}

export interface Prompt {
  model: string;
  system: string;
  messages: { role: 'user' | 'assistant'; text: string; tokens: number }[];
  max_tokens: number;
  temperature: number | null;
  tokens: number;
}

export interface Found {
  passages: FoundPassage[];
  abstained: boolean;
  took_ms: number;
  reasons: { words: Word[]; candidates: Candidate[]; floor: Floor; prompt: Prompt | null };
}

export interface GoldenWords {
  question: string;
  /** Name of the document that must be found. */
  source: string | null;
  /** What must be said. */
  facts: string[];
}

export interface GoldenQuestion extends GoldenWords {
  id: string;
  space: string;
  /** The document of that name; absent where the space has none. */
  document: string | null;
  created_at: string;
  updated_at: string;
}

export interface GoldenRun {
  /** That of its job. */
  id: string;
  space: string;
  cause: 'asked' | 'knowledge' | 'settings';
  answers: boolean;
  knowledge_version: number;
  /** The version of the space whose AI settings were used; null where they were those of the time. */
  version: number | null;
  questions: number;
  passed: number;
  regressed: number;
  mended: number;
  compared_with: string | null;
  started_at: string;
  /** The counts are 0 until then. */
  finished_at: string | null;
}

export interface GoldenResult {
  question: GoldenQuestion;
  passed: boolean;
  passed_before: boolean | null;
  abstained: boolean;
  source_place: number | null;
  missing: string[];
  answer: string | null;
  grounding: number | null;
  /** Nano-dollars; null where that is not known, or none was written. */
  cost_nanos: number | null;
}

const POLL_MS = 3_000;

/** What a question finds, and why. */
export const foundQuery = (api: Api, space: string, text: string) =>
  queryOptions({
    queryKey: ['found', space, text],
    queryFn: () => api.post<Found>('/api/query', { space, text, explain: true }),
    // Asked when somebody asks, and not because a window came to the front.
    staleTime: Infinity,
    gcTime: 60_000,
    enabled: text !== '',
  });

/** Oldest first. */
export const goldenQuery = (api: Api, space: string) =>
  queryOptions({
    queryKey: ['golden', space],
    queryFn: ({ signal }) => api.get<Page<GoldenQuestion>>(`/api/chat-spaces/${space}/golden-questions`, signal),
    select: ({ items }) => items,
  });

/** The newest first. */
export const runsQuery = (api: Api, space: string) =>
  queryOptions({
    queryKey: ['golden-runs', space],
    queryFn: ({ signal }) => api.get<Page<GoldenRun>>(`/api/chat-spaces/${space}/golden-runs`, signal),
    select: ({ items }) => items,
    refetchInterval: ({ state: { data } }) => (data?.items.some(({ finished_at }) => !finished_at) ? POLL_MS : false),
  });

export const runQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: ['golden-run', id],
    queryFn: ({ signal }) => api.get<{ run: GoldenRun; results: GoldenResult[] }>(`/api/golden-runs/${id}`, signal),
    refetchInterval: ({ state: { data } }) => (data && !data.run.finished_at ? POLL_MS : false),
  });
