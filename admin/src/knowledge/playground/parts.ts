import type { Candidate, Floor } from './api';

/** What the order goes by: a sum, with these weights (docs/RETRIEVAL.md). */
const PARTS = [
  {
    name: 'Meaning',
    about: 'How near it is in meaning',
    colour: 'bg-part-1',
    factors: [{ name: 'Cosine', weight: 7, of: ({ meaning }: Candidate) => meaning.cosine }],
  },
  {
    name: 'Sentences',
    about: 'The question’s words in its best sentences, rare ones first',
    colour: 'bg-part-2',
    factors: [
      { name: 'Best sentence', weight: 5, of: ({ wording }: Candidate) => wording.sentence },
      { name: 'Best two in a row', weight: 1, of: ({ wording }: Candidate) => wording.stretch },
    ],
  },
  {
    name: 'Phrases',
    about: 'Words that stand together in the question stand together here',
    colour: 'bg-part-3',
    factors: [
      { name: 'Side by side', weight: 7, of: ({ wording }: Candidate) => wording.quoted },
      { name: 'Close together', weight: 4, of: ({ wording }: Candidate) => wording.closeness },
    ],
  },
  {
    name: 'Numbers',
    about: 'The question’s numbers and codes',
    colour: 'bg-part-4',
    factors: [{ name: 'Numbers and codes', weight: 3, of: ({ wording }: Candidate) => wording.numbers }],
  },
  {
    name: 'Spread',
    about: 'How many sentences speak of it',
    colour: 'bg-part-5',
    factors: [{ name: 'Sentences on it', weight: 2, of: ({ wording }: Candidate) => wording.spread }],
  },
] as const;
export { PARTS };

export const partOf = (candidate: Candidate, part: (typeof PARTS)[number]) =>
  part.factors.reduce((sum, { weight, of }) => sum + weight * Math.max(0, of(candidate)), 0);

/** What a passage has for each way over the floor. */
export function standing(candidate: Candidate, floor: Floor) {
  const { cosine } = candidate.meaning;
  const { sentence, phrases } = candidate.wording;
  const together = cosine + sentence + phrases + candidate.text_match.coverage / 2;
  return [
    { name: 'Near in meaning', has: [{ value: cosine, least: floor.near }] },
    {
      name: 'Related, with a sentence',
      has: [
        { value: cosine, least: floor.related },
        { value: sentence, least: floor.sentence },
      ],
    },
    { name: 'All together', has: [{ value: together, least: floor.together }] },
  ];
}
