import { Choice } from '../../ui/Choice';
import { TextArea } from '../../ui/Inputs';
import { ListField } from '../../ui/ListField';
import { Section } from '../../ui/Section';
import { useField } from './Draft';
import { TestRuns } from './experiments/TestRuns';
import { Flag, Num } from './inputs';
import { HandoffSection } from './HandoffSection';
import { HoursSection } from './hours/HoursSection';
import { MailSection } from './MailSection';
import { QueueSection } from './QueueSection';
import { RatingsSection } from './RatingsSection';
import { SettingsPage } from './SettingsPage';

const TONES = [
  { value: 'friendly', label: 'Friendly' },
  { value: 'professional', label: 'Professional' },
  { value: 'concise', label: 'Concise' },
  { value: 'playful', label: 'Playful' },
] as const;

/** How the space answers, and what that costs. */
export function AnswersPage() {
  return (
    <SettingsPage title="Answers" lead="How the bot answers from what the space knows. A change counts from the next question on." notice={<TestRuns />}>
      <Section title="Model" lead="Who writes the answers. The first that is connected here and works is asked; the others stand in for it.">
        <Models />
        <Num path="settings.ai.temperature" label="Temperature" min={0} max={1} step={0.05} hint="0 says the same every time, 1 varies most. Empty: 0.2." />
        <Num path="settings.ai.max_tokens" label="Longest answer" min={64} max={4096} hint="In tokens, 64 to 4,096; about ¾ of a word each. What is written is what costs most. Empty: 800." />
      </Section>
      <Section title="Voice" lead="What the bot is told beyond your documents.">
        <Tone />
        <Instructions />
        <Guardrails />
      </Section>
      <HandoffSection />
      <QueueSection />
      <HoursSection />
      <MailSection />
      <RatingsSection />
      <Section title="What it reads" lead="What of your knowledge, and of the talk so far, goes to the model with each question.">
        <Num path="settings.ai.top_k" label="Passages" min={1} max={12} hint="1 to 12. More find more, and each is paid for with every answer. Empty: 6." />
        <Num
          path="settings.ai.floor"
          label="Floor of relevance"
          min={0}
          max={1}
          step={0.05}
          hint="0 to 1. Below it the bot says that it does not know. Higher is stricter. Empty: what has been measured to be best."
        />
        <Num path="settings.ai.history_tokens" label="Memory" min={0} max={16000} hint="Tokens of earlier messages that are sent along, 0 to 16,000. Empty: 1,500." />
        <Cost />
        <Flag
          path="settings.ai.cache"
          label="Answer again from memory"
          hint="A question that was answered before may be answered the same way, at once and for nothing, as long as the documents are the same."
        />
      </Section>
      <Section title="Passages" lead="How documents are cut before they are searched. Another size makes all documents of the space be read anew in the background; until then they are found as they were.">
        <Num
          path="settings.knowledge.passage_tokens"
          label="Size of a passage"
          min={80}
          max={250}
          hint="In tokens, 80 to 250. Shorter ones are found more exactly and say less. Empty: 250."
        />
        <Num
          path="settings.knowledge.overlap_tokens"
          label="Overlap"
          min={0}
          max={100}
          hint="Tokens repeated from the passage before, 0 to 100 and at most half a passage. Empty: 60."
        />
        <Flag
          path="settings.knowledge.golden_answers"
          label="Answer golden questions after a change"
          hint="Golden questions are searched for whenever the knowledge changes. Answering them too costs what answers cost."
        />
      </Section>
    </SettingsPage>
  );
}

function Models() {
  const { value, change, fault } = useField<string[]>('settings.ai.models');
  return (
    <ListField
      label="Models"
      one="model"
      items={value}
      change={change}
      most={6}
      maxLength={251}
      ordered
      placeholder="openai/gpt-4.1-mini"
      fault={fault}
      hint="As upstream/model, in order of preference. “extractive” puts answers together from sentences of your documents and costs nothing."
    />
  );
}

function Tone() {
  const { value, change } = useField<string>('settings.ai.tone');
  return <Choice label="Tone" value={value} options={TONES} change={change} />;
}

function Instructions() {
  const { value, change, fault } = useField<string>('settings.ai.instructions');
  return (
    <TextArea
      label="Instructions"
      value={value}
      onChange={(event) => change(event.target.value)}
      maxLength={4000}
      rows={7}
      fault={fault}
      hint={`In your own words: who you are, what to call things, when to ask for a person. ${value.length.toLocaleString()} of 4,000 characters, which go along with every question.`}
    />
  );
}

function Guardrails() {
  const { value, change, fault } = useField<string[]>('settings.ai.guardrails');
  return (
    <ListField
      label="Guardrails"
      one="guardrail"
      items={value}
      change={change}
      most={20}
      maxLength={300}
      placeholder="Never promise a date of delivery"
      fault={fault}
      hint="What the bot must never do or say, up to 20."
    />
  );
}

/** Characters of a token, roughly. */
const TOKEN = 4;

/** What an answer reads at most, of what is set here. */
function Cost() {
  const passages = useField<number | null>('settings.ai.top_k').value ?? 6;
  const size = useField<number | null>('settings.knowledge.passage_tokens').value ?? 250;
  const memory = useField<number | null>('settings.ai.history_tokens').value ?? 1500;
  const written = useField<number | null>('settings.ai.max_tokens').value ?? 800;
  const told = useField<string>('settings.ai.instructions').value.length + useField<string[]>('settings.ai.guardrails').value.join('').length;
  const read = passages * size + memory + Math.ceil(told / TOKEN);
  return (
    <p role="status" className="rounded-lg bg-sunken px-3 py-2.5 text-xs text-mute">
      An answer reads at most about <strong className="font-semibold text-ink">{round(read)} tokens</strong> and writes at most{' '}
      <strong className="font-semibold text-ink">{round(written)}</strong>.
    </p>
  );
}

const round = (tokens: number) => (tokens < 1000 ? tokens : Math.round(tokens / 100) * 100).toLocaleString();
