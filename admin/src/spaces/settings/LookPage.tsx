import { useQuery } from '@tanstack/react-query';
import { Eye } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../../api/client';
import { useMay } from '../../app/permission';
import { planQuery } from '../../billing/api';
import { Button } from '../../ui/Button';
import { Choice } from '../../ui/Choice';
import { Dialog } from '../../ui/Dialog';
import { Field } from '../../ui/Field';
import { Group } from '../../ui/Group';
import { Select, Switch, TextArea } from '../../ui/Inputs';
import { ListField } from '../../ui/ListField';
import { useMedia } from '../../ui/media';
import { useDraft, useField } from './Draft';
import { Flag } from './inputs';
import { Picture } from './Picture';
import { Preview } from './Preview';

const MODES = [
  { value: 'auto', label: 'As the device' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;
const POSITIONS = [
  { value: 'left', label: 'Left' },
  { value: 'right', label: 'Right' },
] as const;
/** Those that the widget speaks, each in its own name. */
const LOCALES = { en: 'English', es: 'Español', fr: 'Français', de: 'Deutsch', pt: 'Português', ar: 'العربية', ja: '日本語' };

/** How the widget looks and what it says first, with the widget itself beside. */
export function LookPage() {
  const wide = useMedia('(width >= 80rem)');
  const [looking, setLooking] = useState(false);
  return (
    <div className="mx-auto grid max-w-6xl gap-x-10 gap-y-8 px-5 py-6 sm:px-8 xl:grid-cols-[minmax(0,1fr)_minmax(0,27rem)]">
      <div className="min-w-0 space-y-8">
        <Group title="Appearance">
          <Colour />
          <Mode />
          <Position />
        </Group>
        <Group title="First words">
          <Text path="settings.bot_name" label="Name of the bot" maxLength={60} />
          <Picture />
          <Greeting />
          <Text path="settings.placeholder" label="Placeholder" maxLength={100} hint="Stands where visitors write, for those whose language is the one below." />
          <Questions />
        </Group>
        <Group title="Before the chat">
          <Prechat />
          <Language />
        </Group>
        <Group title="In the chat">
          <Flag path="settings.attachments" label="Visitors may attach files" hint="Images, PDFs and plain text, of 10 MB at most. Your team may attach them either way." />
          <Branding />
        </Group>
      </div>
      {wide ? (
        <div className="min-w-0 self-start xl:sticky xl:top-6">
          <Shown />
        </div>
      ) : (
        <div className="sticky bottom-4 flex justify-end">
          <Button look="primary" onClick={() => setLooking(true)} className="shadow-pop">
            <Eye className="size-4" aria-hidden /> Preview
          </Button>
        </div>
      )}
      {looking && (
        <Dialog title="Preview" close={() => setLooking(false)}>
          <Shown />
        </Dialog>
      )}
    </div>
  );
}

/** Whose name is below the chat is a matter of the plan. */
function Branding() {
  const api = useApi();
  const { data } = useQuery({ ...planQuery(api), enabled: useMay('billing:read') });
  const { value, change } = useField<boolean>('settings.branding');
  const plan = data?.plans.find(({ id }) => id === data.plan);
  const larger = data?.plans.find(({ features }) => features.white_label);
  const optional = plan?.features.white_label ?? false;
  return (
    <Switch
      label="Powered by Parlance"
      hint={optional ? 'Its line below the chat, which you may leave out.' : `Its line below the chat. ${larger ? `With the plan ${larger.name} you may leave it out.` : ''}`}
      checked={value || !optional}
      disabled={!optional}
      onChange={(event) => change(event.target.checked)}
    />
  );
}

function Shown() {
  return (
    <>
      <Preview />
      <p className="mt-2 text-xs text-mute">The widget as it will be. Open widgets change as soon as you save.</p>
    </>
  );
}

function Text({ path, ...rest }: { path: string; label: string; maxLength: number; hint?: string }) {
  const { value, change, fault } = useField<string>(path);
  return <Field {...rest} value={value} onChange={(event) => change(event.target.value)} fault={fault} />;
}

function Colour() {
  const { value, change, fault } = useField<string>('settings.color');
  const { colour } = useDraft();
  return (
    <div className="flex items-start gap-3">
      <div className="min-w-0 flex-1">
        <Field
          label="Colour"
          value={value}
          onChange={(event) => change(event.target.value.trim())}
          spellCheck={false}
          fault={fault}
          hint="As #rrggbb. Writing on it is black or white, whichever reads."
          className="font-mono"
        />
      </div>
      <input
        type="color"
        aria-label="Choose the colour"
        value={colour}
        onChange={(event) => change(event.target.value)}
        className="mt-6.5 h-10 w-12 shrink-0 cursor-pointer rounded-lg border border-strong bg-panel p-1"
      />
    </div>
  );
}

function Mode() {
  const { value, change } = useField<string>('settings.mode');
  return <Choice label="Theme" value={value} options={MODES} change={change} />;
}

function Position() {
  const { value, change } = useField<string>('settings.position');
  return <Choice label="Position" value={value} options={POSITIONS} change={change} hint="The lower corner of the page that the chat is in." />;
}

function Greeting() {
  const { value, change, fault } = useField<string>('settings.greeting');
  return <TextArea label="Greeting" value={value} onChange={(event) => change(event.target.value)} maxLength={500} rows={3} fault={fault} hint={`${value.length} of 500 characters.`} />;
}

function Questions() {
  const { value, change, fault } = useField<string[]>('settings.suggested_questions');
  return (
    <ListField
      label="Suggested questions"
      one="question"
      items={value}
      change={change}
      most={6}
      maxLength={120}
      fault={fault}
      hint="Up to 6, which may be clicked before anything was said."
    />
  );
}

function Prechat() {
  const { value, change } = useField<string[]>('settings.prechat');
  const asks = (field: string, on: boolean) => change(['name', 'email'].filter((one) => (one === field ? on : value.includes(one))));
  return (
    <div className="space-y-3">
      <Switch label="Ask for the name" checked={value.includes('name')} onChange={(event) => asks('name', event.target.checked)} />
      <Switch
        label="Ask for the e-mail address"
        checked={value.includes('email')}
        onChange={(event) => asks('email', event.target.checked)}
        hint="Visitors give it before their first message. Who is logged in at your site is not asked."
      />
    </div>
  );
}

function Language() {
  const { value, change, fault } = useField<string>('settings.locale');
  return (
    <Select
      label="Language"
      value={value}
      onChange={(event) => change(event.target.value)}
      fault={fault}
      hint="What your greeting and your questions are written in. The rest of the widget speaks the language of the page it is on."
    >
      {Object.entries(LOCALES).map(([tag, name]) => (
        <option key={tag} value={tag}>
          {name}
        </option>
      ))}
      {!(value in LOCALES) && <option value={value}>{value}</option>}
    </Select>
  );
}
