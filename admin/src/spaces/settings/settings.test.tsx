import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../../test/open';
import { json, serve } from '../../test/server';
import { check, settings, space, workspace } from '../../test/spaces';
import type { Space } from '../api';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

const PATCH = 'PATCH /api/chat-spaces/s1';
type Routes = Parameters<typeof serve>[0];

async function open(path: string, routes: Routes = {}, role = 'owner', one: Space = space()) {
  const heard = serve({ ...workspace(role, one), ...routes });
  await openConsole(`/app/spaces/${one.slug}/settings${path}`);
  return { heard, user: userEvent.setup(), bodies: (route: string) => heard.filter((one) => one.route === route).map(({ body }) => body) };
}

const refused = (status: number, code: string, errors: { field: string; detail: string }[] = []) =>
  new Response(JSON.stringify({ status, code, detail: errors.map(({ field, detail }) => `${field}: ${detail}`).join('; ') || 'it changed', errors }), { status });

async function types(user: ReturnType<typeof userEvent.setup>, label: string, text: string) {
  const field = await screen.findByLabelText(label);
  await user.clear(field);
  await user.type(field, text);
}

describe('the settings of a space', () => {
  it('saves what was changed and nothing else, over all pages, with a word about it', async () => {
    const saved = space({ version: 4, settings: { ...settings, bot_name: 'Robina', ai: { ...settings.ai, top_k: 4 } } });
    const { user, bodies } = await open('', { [PATCH]: () => json(saved) });
    await types(user, 'Name of the bot', 'Robina');
    await user.click(screen.getByRole('link', { name: 'Answers' }));
    await types(user, 'Passages', '4');
    expect(screen.getByText('2 unsaved changes')).toBeVisible();
    await user.type(screen.getByLabelText('What is to be said of this version'), 'a new name');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(screen.queryByText(/unsaved/)).toBeNull());
    expect(bodies(PATCH)).toEqual([{ settings: { bot_name: 'Robina', ai: { top_k: 4 } }, version: 3, note: 'a new name' }]);
    expect(screen.getByLabelText('Passages')).toHaveValue(4);
  });

  it('leaves the line below the chat to plans that may do without it', async () => {
    const plans = [
      { id: 'pro', name: 'Pro', features: { white_label: false } },
      { id: 'enterprise', name: 'Enterprise', features: { white_label: true } },
    ];
    await open('', { 'GET /api/billing/plan': () => json({ plan: 'pro', plans }) });
    expect(await screen.findByText('Its line below the chat. With the plan Enterprise you may leave it out.')).toBeVisible();
    expect(screen.getByRole('switch', { name: 'Powered by Parlance' })).toBeDisabled();
  });

  it('leaves the line below the chat out where the plan lets it', async () => {
    const plans = [{ id: 'enterprise', name: 'Enterprise', features: { white_label: true } }];
    const { user, bodies } = await open('', { 'GET /api/billing/plan': () => json({ plan: 'enterprise', plans }), [PATCH]: () => json(space({ version: 4 })) });
    await user.click(await screen.findByRole('switch', { name: 'Powered by Parlance' }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(bodies(PATCH)).toEqual([{ settings: { branding: false }, version: 3 }]));
  });

  it('forgets a change that was taken back', async () => {
    const { user } = await open('');
    await types(user, 'Name of the bot', 'X');
    expect(screen.getByText('1 unsaved change')).toBeVisible();
    await types(user, 'Name of the bot', 'Robi');
    expect(screen.queryByText(/unsaved/)).toBeNull();
  });

  it('gives a number its default again where it is empty', async () => {
    const { user, bodies } = await open('/answers', { [PATCH]: () => json(space({ version: 4 })) });
    await user.clear(await screen.findByLabelText('Longest answer'));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(bodies(PATCH)).toEqual([{ settings: { ai: { max_tokens: null } }, version: 3 }]));
  });

  it('says at the field what the server does not take, and leads there', async () => {
    const errors = [{ field: 'settings.ai.max_tokens', detail: 'give a number from 64 to 4096' }];
    const { user } = await open('/answers', { [PATCH]: () => refused(400, 'invalid_request', errors) });
    await types(user, 'Longest answer', '9');
    await user.click(screen.getByRole('link', { name: 'Site' }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await user.click(await screen.findByRole('link', { name: 'Longest answer' }));
    expect(await screen.findByLabelText('Longest answer')).toHaveAccessibleDescription('Give a number from 64 to 4096');
    expect(screen.getByLabelText('Longest answer')).toHaveValue(9);
  });

  it('tells while one types what the server would not take', async () => {
    const errors = [{ field: 'settings.color', detail: 'give it as #rrggbb' }];
    const { user } = await open('', { 'POST /api/chat-spaces/s1/preview': () => refused(400, 'invalid_request', errors) });
    await types(user, 'Colour', 'red');
    await waitFor(() => expect(screen.getByLabelText('Colour')).toHaveAccessibleDescription('Give it as #rrggbb'));
  });

  it('keeps the preview as it was while a colour is half typed', async () => {
    const listen = { addEventListener: () => undefined, removeEventListener: () => undefined };
    vi.spyOn(window, 'matchMedia').mockImplementation((media) => ({ media, matches: media.includes('80rem'), ...listen }) as unknown as MediaQueryList);
    const errors = [{ field: 'settings.color', detail: 'give it as #rrggbb' }];
    const config = (color: string) => json({ config: { theme: { mode: 'auto', color, position: 'right' }, prechat: [], locale: 'en', availability: { text: {} } } });
    const { user } = await open('', {
      'GET /widget/frame.html': () => new Response('<title>Chat</title>'),
      'POST /api/chat-spaces/s1/preview': ({ body }) => {
        const { color = '#2456e6' } = (body as { settings: { color?: string } }).settings;
        return color.length === 7 ? config(color) : refused(400, 'invalid_request', errors);
      },
    });
    const field = await screen.findByLabelText('Colour');
    const frame = await screen.findByTitle('The widget');
    for (const [typed, shown, said] of [
      ['#00ff00', '#00ff00', 'As #rrggbb. Writing on it is black or white, whichever reads.'],
      ['#00ff', '#00ff00', 'Give it as #rrggbb'],
      ['#00ffg', '#00ff00', 'Give it as #rrggbb'],
      ['#00ffff', '#00ffff', 'As #rrggbb. Writing on it is black or white, whichever reads.'],
    ] as const) {
      await user.clear(field);
      await user.type(field, typed);
      await waitFor(() => expect(field).toHaveAccessibleDescription(said));
      expect(screen.getByLabelText('Choose the colour')).toHaveValue(shown);
      expect(screen.getByTitle('The widget')).toBe(frame);
      expect(screen.queryByRole('alert')).toBeNull();
    }
  });

  it('keeps what was typed where somebody saved first, shows theirs, and saves over it', async () => {
    const theirs = space({ version: 7, settings: { ...settings, placeholder: 'Theirs' } });
    let first = true;
    const { user, bodies } = await open('', {
      [PATCH]: () => {
        if (!first) return json({ ...theirs, version: 8, settings: { ...theirs.settings, bot_name: 'Mine' } });
        first = false;
        return refused(412, 'version_changed');
      },
      'GET /api/chat-spaces/s1': () => json(theirs),
      'GET /api/chat-spaces/s1/versions/7/diff': () => json({ items: [{ field: 'settings.placeholder', before: 'Ask', after: 'Theirs' }] }),
    });
    await types(user, 'Name of the bot', 'Mine');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('Somebody saved version 7');
    expect(await within(alert).findByText('Theirs')).toBeVisible();
    expect(screen.getByLabelText('Name of the bot')).toHaveValue('Mine');
    expect(screen.getByLabelText('Placeholder')).toHaveValue('Theirs');
    await user.click(screen.getByRole('button', { name: 'Save over it' }));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
    expect(bodies(PATCH).at(-1)).toEqual({ settings: { bot_name: 'Mine' }, version: 7 });
  });

  it('asks before one leaves with something unsaved', async () => {
    const { user } = await open('');
    await types(user, 'Name of the bot', 'Robina');
    await user.click(screen.getByRole('link', { name: 'Install' }));
    const dialog = await screen.findByRole('dialog', { name: 'Leave without saving?' });
    await user.click(within(dialog).getByRole('button', { name: 'Stay here' }));
    expect(screen.getByLabelText('Name of the bot')).toHaveValue('Robina');
    await user.click(screen.getByRole('link', { name: 'Install' }));
    await user.click(await screen.findByRole('button', { name: 'Discard and leave' }));
    expect(await screen.findByText('Put the widget on your site')).toBeVisible();
  });

  it('follows the space to another address', async () => {
    const { user } = await open('/site', {
      [PATCH]: () => json(space({ version: 4, slug: 'robots' })),
      'GET /api/chat-spaces/s1/identity-keys': () => json({ items: [], next: null }),
    });
    await types(user, 'Address', 'robots');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(location.pathname).toBe('/app/spaces/robots/settings/site'));
    expect(screen.getByLabelText('Address')).toHaveValue('robots');
    expect(screen.queryByText('No such space')).toBeNull();
  });

  it('leaves out empty lines, and moves a model up', async () => {
    const { user, bodies } = await open('/answers', { [PATCH]: () => json(space({ version: 4 })) });
    await user.click(await screen.findByRole('button', { name: 'Move model 2 up' }));
    await user.type(screen.getByLabelText('New guardrail 1'), 'Never joke');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(bodies(PATCH)[0]).toMatchObject({ settings: { ai: { models: ['extractive', 'openai/gpt-4.1-mini'], guardrails: ['Never joke'] } } }));
  });

  it('says when to hand over to people, and takes back what was written', async () => {
    const handoff = { ...settings.handoff, message: 'Ada comes.' };
    const { user, bodies } = await open('/people', { [PATCH]: () => json(space({ version: 4 })) }, 'owner', space({ settings: { ...settings, handoff } }));
    await types(user, 'Answers in a row that found nothing', '0');
    await user.click(screen.getByRole('switch', { name: 'When no model can be reached' }));
    await user.clear(screen.getByLabelText('When somebody is there'));
    await user.type(screen.getByLabelText('When nobody is there'), 'Back at nine.');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(bodies(PATCH)).toEqual([{ settings: { handoff: { after_abstentions: 0, on_failure: false, message: null, away_message: 'Back at nine.' } }, version: 3 }]),
    );
  });

  it('says who gets a conversation, and how many at once', async () => {
    const { user, bodies } = await open('/people', { [PATCH]: () => json(space({ version: 4 })) });
    expect(await screen.findByRole('radio', { name: 'Whoever takes it' })).toBeChecked();
    expect(screen.queryByLabelText('At once for an agent')).toBeNull();
    await user.click(screen.getByRole('radio', { name: 'In turn' }));
    await types(user, 'At once for an agent', '3');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(bodies(PATCH)).toEqual([{ settings: { queue: { assign: 'round_robin', per_agent: 3 } }, version: 3 }]));
  });

  it('say what is handed over, and whose conversations come earlier', async () => {
    const { user, bodies } = await open('/people', { [PATCH]: () => json(space({ version: 4 })) });
    expect(await screen.findByRole('radio', { name: 'Safety' })).toBeChecked();
    await user.click(screen.getByRole('switch', { name: /When the visitor is angry/ }));
    await user.click(screen.getByRole('radio', { name: 'Anything' }));
    await types(user, 'Plan 1', 'pro');
    await types(user, 'Minutes earlier for plan 1', '240');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    const settings = { handoff: { on_sentiment: false, on_urgency: 'any' }, queue: { plans: [{ plan: 'pro', minutes: 240 }] } };
    await waitFor(() => expect(bodies(PATCH)).toEqual([{ settings, version: 3 }]));
  });

  it('are for admins', async () => {
    await open('', {}, 'agent');
    expect(await screen.findByText('For admins')).toBeVisible();
    expect(screen.queryByRole('link', { name: 'Settings' })).toBeNull();
  });
});

describe('publishing', () => {
  it('says what is missing and where that is mended', async () => {
    const items = [check('documents', 'add a document'), check('greeting', 'write what visitors read first', false)];
    const { user } = await open('', { 'GET /api/chat-spaces/s1/checks': () => json({ ready: false, items }) }, 'owner', space({ published: false }));
    await user.click(await screen.findByRole('button', { name: '1 thing is missing, 1 to consider' }));
    expect(screen.getByText(/add a document/)).toBeVisible();
    expect(screen.getByRole('link', { name: 'Add documents' })).toHaveAttribute('href', '/app/spaces/acme/knowledge');
    expect(screen.getByRole('link', { name: 'Write a greeting' })).toHaveAttribute('href', '/app/spaces/acme/settings');
    expect(screen.getByRole('button', { name: 'Publish' })).toBeDisabled();
  });

  it('opens a space that is ready', async () => {
    const { user, heard } = await open('', { 'POST /api/chat-spaces/s1/publish': () => json(space()) }, 'owner', space({ published: false }));
    await user.click(await screen.findByRole('button', { name: 'Publish' }));
    expect(await screen.findByText('Published')).toBeVisible();
    expect(heard.map(({ route }) => route)).toContain('POST /api/chat-spaces/s1/publish');
  });
});

describe('the other pages of the settings', () => {
  const version = (n: number, given = {}) => ({ n, present: false, by: { kind: 'user', id: 'u1', name: 'dana@acme.example' }, note: null, restored_from: null, at: '2026-03-01T12:00:00Z', ...given });

  it('shows what a version changed and brings one back', async () => {
    const { user, heard } = await open('/versions', {
      'GET /api/chat-spaces/s1/versions': () => json({ items: [version(3, { present: true }), version(2, { note: 'warmer' }), version(1)], next: null }),
      'GET /api/chat-spaces/s1/versions/2/diff': () => json({ items: [{ field: 'settings.ai.top_k', before: 6, after: 5 }] }),
      'POST /api/chat-spaces/s1/versions/2/restore': () => json(space({ version: 4 })),
    });
    await user.click(await screen.findByRole('button', { name: /warmer/ }));
    expect(await screen.findByText('Passages')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Restore version 2' }));
    const dialog = screen.getByRole('dialog', { name: 'Restore version 2?' });
    await user.click(within(dialog).getByRole('button', { name: 'Restore version 2' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(heard.map(({ route }) => route)).toContain('POST /api/chat-spaces/s1/versions/2/restore');
  });

  it('shows the secret of an identity key once', async () => {
    const { user } = await open('/site', {
      'GET /api/chat-spaces/s1/identity-keys': () => json({ items: [], next: null }),
      'POST /api/chat-spaces/s1/identity-keys': () => json({ kid: 'k1', algorithm: 'HS256', secret: 'a1b2c3' }, 201),
    });
    await user.click(await screen.findByRole('button', { name: 'New identity key' }));
    await user.click(screen.getByRole('button', { name: 'Make the key' }));
    expect(await screen.findByText('a1b2c3')).toBeVisible();
    await user.keyboard('{Escape}');
    await user.click(screen.getByRole('button', { name: 'I have kept it' }));
    expect(screen.queryByText('a1b2c3')).toBeNull();
  });

  it('changes the public key, with an overlap', async () => {
    const { user, bodies } = await open('/site', {
      'GET /api/chat-spaces/s1/identity-keys': () => json({ items: [], next: null }),
      'POST /api/chat-spaces/s1/rotate-key': () => json(space({ public_key: 'pk_2', old_key: { key: 'pk_1', until: '2026-03-08T12:00:00Z' } })),
    });
    await user.click(await screen.findByRole('button', { name: 'Change the key' }));
    await user.selectOptions(screen.getByLabelText('The old key works for'), 'A day');
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Change the key' }));
    expect(await screen.findByText('pk_2')).toBeVisible();
    expect(bodies('POST /api/chat-spaces/s1/rotate-key')).toEqual([{ overlap_hours: 24 }]);
  });

  it('deletes a space only by its name', async () => {
    const { user, heard } = await open('/danger', { 'DELETE /api/chat-spaces/s1': () => new Response(null, { status: 204 }) });
    await user.click(await screen.findByRole('button', { name: 'Delete the space' }));
    const dialog = screen.getByRole('dialog');
    const button = within(dialog).getByRole('button', { name: 'Delete the space' });
    expect(button).toBeDisabled();
    await user.type(within(dialog).getByLabelText(/Type/), 'Acme Robotics');
    await user.click(button);
    await waitFor(() => expect(heard.map(({ route }) => route)).toContain('DELETE /api/chat-spaces/s1?confirm=acme'));
  });
});
