import { Choice } from '../../ui/Choice';
import { Field } from '../../ui/Field';
import { ListField } from '../../ui/ListField';
import { Section } from '../../ui/Section';
import { useSpace } from '../api';
import { useField } from './Draft';
import { IdentityKeys } from './IdentityKeys';
import { PublicKey } from './PublicKey';
import { SettingsPage } from './SettingsPage';

const IDENTITY = [
  { value: 'optional', label: 'Everybody' },
  { value: 'required', label: 'Only who is logged in' },
] as const;

/** Where the space is, who may show it, and how visitors are known. */
export function SitePage() {
  return (
    <SettingsPage title="Site" lead="What the space is called, which sites may show it, and how it knows your users.">
      <Section title="Name and address" lead="What your team calls the space, and its word in addresses.">
        <Name />
        <Slug />
      </Section>
      <Section title="Sites" lead="The pages that may embed the chat. Without any, every site may.">
        <Sites />
      </Section>
      <Section title="Visitors" lead="Your site can vouch for its users, so that they find their conversations on every device and nobody else does.">
        <Identity />
        <IdentityKeys />
      </Section>
      <Section title="Public key" lead="Names the space in the embed code where its address would do, too. It is no secret. Change it to be rid of copies of your code on other sites.">
        <PublicKey />
      </Section>
    </SettingsPage>
  );
}

function Name() {
  const { value, change, fault } = useField<string>('name');
  return <Field label="Name" value={value} onChange={(event) => change(event.target.value)} maxLength={100} fault={fault} />;
}

function Slug() {
  const [space, { value, change, fault }] = [useSpace(), useField<string>('slug')];
  return (
    <Field
      label="Address"
      value={value}
      onChange={(event) => change(event.target.value.toLowerCase())}
      maxLength={63}
      spellCheck={false}
      autoCapitalize="none"
      fault={fault}
      hint={value === space.slug ? 'Lower-case letters, digits and hyphens.' : `Pages that embed the space as “${space.slug}” must be changed to “${value}”.`}
    />
  );
}

function Sites() {
  const { value, change, fault } = useField<string[]>('allowed_origins');
  return (
    <ListField
      label="Allowed sites"
      one="site"
      items={value}
      change={change}
      most={50}
      placeholder="https://www.example.com"
      fault={fault}
      hint="With https:// and without a path. https://*.example.com is all subdomains of example.com, and not example.com itself."
    />
  );
}

function Identity() {
  const { value, change } = useField<string>('settings.identity');
  return <Choice label="Who may chat" value={value} options={IDENTITY} change={change} hint="The second needs a key below, and your site to sign who its users are." />;
}
