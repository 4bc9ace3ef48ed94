import type { Document, Source } from '../knowledge/api';
import type { Candidate, Found, GoldenQuestion, GoldenResult, GoldenRun } from '../knowledge/playground/api';
import type { Job } from '../live/jobs';
import { granted, json } from './server';

const AT = '2026-03-01T12:00:00Z';
const space = { id: 's1', slug: 'acme', name: 'Acme Robotics', public_key: 'pk_1', published: true, settings: {}, created_at: AT };

/** What every page of a space asks for first. */
export function spaceRoutes(role = 'owner') {
  return {
    'POST /api/auth/refresh': () => json({ ...granted('t1'), tenant: { id: 't1', role } }),
    'GET /api/chat-spaces': () => json({ items: [space], next: null }),
  };
}

export const page = <T>(items: T[], next: string | null = null) => json({ items, next });

export function document(id: string, given: Partial<Document> = {}): Document {
  return {
    id,
    space: 's1',
    name: `${id}.md`,
    title: `Title of ${id}`,
    media_type: 'text/markdown',
    url: null,
    status: 'ready',
    error: null,
    bytes: 2_048,
    created_at: AT,
    updated_at: AT,
    ...given,
  };
}

export function source(id: string, given: Partial<Source> = {}): Source {
  return {
    id,
    space: 's1',
    url: `https://${id}.example/`,
    scope: 'host',
    max_pages: 500,
    max_depth: 5,
    below: null,
    every_hours: 24,
    status: 'ready',
    error: null,
    pages: 12,
    ended: 'complete',
    crawl: 1,
    created_at: AT,
    crawled_at: AT,
    ...given,
  };
}

export function job(id: string, given: Partial<Job> = {}): Job {
  return {
    id,
    space: 's1',
    kind: 'ingest_document',
    subject: { document: 'd1' },
    state: 'running',
    progress: 40,
    attempts: 1,
    error: null,
    created_at: AT,
    started_at: AT,
    ended_at: null,
    ...given,
  };
}

export function candidate(id: string, given: Partial<Candidate> = {}): Candidate {
  return {
    id,
    document: 'd1',
    title: 'Limited warranty',
    heading: ['Limited warranty', 'How long it lasts'],
    page: 3,
    text: 'Robots are covered for 24 months. The warranties begin with delivery.',
    place: 1,
    score: 9,
    meaning: { place: 2, cosine: 0.6 },
    text_match: { place: 1, score: 2.5, coverage: 0.9 },
    fused: 0.03,
    fused_place: 1,
    wording: { sentence: 0.5, stretch: 0.6, closeness: 0.1, quoted: 0.25, numbers: 0, spread: 0.2, phrases: 0.1 },
    reaches_floor: true,
    outcome: 'kept',
    repeats: null,
    ...given,
  };
}

/** What a question found: the kept ones of the candidates, unless it is to abstain. */
export function found(candidates: Candidate[], abstained = false): Found {
  const kept = abstained ? [] : candidates.filter(({ outcome }) => outcome === 'kept');
  return {
    passages: kept.map((one) => ({ ...one, cosine: one.meaning.cosine, coverage: one.text_match.coverage, url: null })),
    abstained,
    took_ms: 8.4,
    reasons: {
      words: [
        { lexeme: 'warranti', passages: 32, of: 136, weight: 1.4 },
        { lexeme: 'pleas', passages: 0, of: 136, weight: null },
      ],
      candidates,
      floor: { near: 0.53, related: 0.28, sentence: 0.437, together: 1.35, reached: !abstained },
      prompt: abstained ? null : { model: 'extractive', system: 'You are Robi.', messages: [{ role: 'user', text: '<sources>', tokens: 40 }], max_tokens: 700, temperature: null, tokens: 400 },
    },
  };
}

export function golden(id: string, given: Partial<GoldenQuestion> = {}): GoldenQuestion {
  return { id, space: 's1', question: `Question ${id}?`, source: 'warranty.md', document: 'd1', facts: [], created_at: AT, updated_at: AT, ...given };
}

export function run(id: string, given: Partial<GoldenRun> = {}): GoldenRun {
  return {
    id,
    space: 's1',
    cause: 'knowledge',
    answers: false,
    knowledge_version: 4,
    version: null,
    questions: 2,
    passed: 1,
    regressed: 1,
    mended: 0,
    compared_with: 'r0',
    started_at: AT,
    finished_at: AT,
    ...given,
  };
}

export function result(question: GoldenQuestion, given: Partial<GoldenResult> = {}): GoldenResult {
  return { question, passed: true, passed_before: true, abstained: false, source_place: 1, missing: [], answer: null, grounding: null, cost_nanos: null, ...given };
}
