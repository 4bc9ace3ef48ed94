import { CircleSlash } from 'lucide-react';
import type { Space } from '../../spaces/api';
import { count } from '../words';
import type { Candidate, Found } from './api';
import { Candidates } from './Candidates';
import { FloorView } from './FloorView';
import { Fold } from './Fold';
import { KeepGolden } from './KeepGolden';
import { PassageCard } from './PassageCard';
import { PromptView } from './PromptView';
import { Legend } from './ScoreBar';
import { Words } from './Words';

/** What a question found, and why. */
export function Result({ question, found, space }: { question: string; found: Found; space: Space }) {
  const { passages, abstained, took_ms, reasons } = found;
  const { words, candidates, floor, prompt } = reasons;
  const best = Math.max(...candidates.map(({ score }) => score), 0.01);
  const kept = passages.map(({ id }) => candidates.find((one) => one.id === id)).filter((one): one is Candidate => Boolean(one));
  const others = candidates.filter(({ id }) => !passages.some((one) => one.id === id));
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p role="status" className="text-mute">
          {abstained ? 'Nothing to answer from' : count(passages.length, 'passage')} · {Math.round(took_ms)} ms
        </p>
        <KeepGolden key={question} question={question} passage={passages[0]} />
      </div>
      {words.length > 0 && <Words words={words} />}
      {abstained ? (
        <div className="flex items-start gap-3 rounded-xl bg-warn-soft px-4 py-3.5 text-warn">
          <CircleSlash className="mt-0.5 size-4 shrink-0" aria-hidden />
          <p className="text-pretty">
            <span className="font-medium">The assistant would say that it does not know, and offer a person.</span>{' '}
            {candidates.length > 0 ? 'No passage is near enough to the question to answer from.' : 'No passage of this space has anything of the question.'}
          </p>
        </div>
      ) : (
        <>
          <Legend />
          <ol aria-label="Passages" className="space-y-3">
            {kept.map((candidate, i) => (
              <PassageCard key={candidate.id} candidate={candidate} number={i + 1} best={best} words={words} slug={space.slug} />
            ))}
          </ol>
        </>
      )}
      <div>
        {candidates.length > 0 && (
          <Fold title="The floor" note={floor.reached ? 'reached: there is enough to answer from' : 'not reached'} open={abstained}>
            <FloorView candidates={candidates} floor={floor} />
          </Fold>
        )}
        {others.length > 0 && (
          <Fold title={abstained ? 'What came nearest' : 'What else was weighed'} note={count(others.length, 'passage')} open={abstained}>
            {abstained && (
              <div className="mb-3">
                <Legend />
              </div>
            )}
            <Candidates candidates={others} all={candidates} best={best} words={words} />
          </Fold>
        )}
        {prompt && (
          <Fold title="What the model is asked" note={`${prompt.model}, ${count(prompt.tokens, 'token')}`}>
            <PromptView prompt={prompt} />
          </Fold>
        )}
      </div>
    </div>
  );
}
