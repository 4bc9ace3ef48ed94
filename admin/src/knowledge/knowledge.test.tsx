import { act, fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { document, job, page, spaceRoutes } from '../test/knowledge';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import { FakeSocket } from '../test/socket';
import { FakeRequest } from '../test/upload';

const LIST = 'GET /api/chat-spaces/s1/documents';

async function open(routes: Parameters<typeof serve>[0], path = '/knowledge', role?: string) {
  const heard = serve({ ...spaceRoutes(role), [LIST]: () => page([document('d1'), document('d2', { title: 'Prices' })]), ...routes });
  await openConsole(`/app/spaces/acme${path}`);
  return { heard, user: userEvent.setup() };
}
const says = (...frames: object[]) => act(() => FakeSocket.last.says(...frames));
const bodyOf = (heard: ReturnType<typeof serve>, route: string) => heard.find((one) => one.route === route)?.body;

beforeEach(() => {
  vi.spyOn(window, 'scrollTo').mockReturnValue();
  FakeRequest.all = [];
  vi.stubGlobal('XMLHttpRequest', FakeRequest);
});

describe('the documents of a space', () => {
  it('are listed with what they are, and why one failed', async () => {
    const failed = document('d3', { status: 'failed', error: 'the file is protected by a password', media_type: '' });
    await open({ [LIST]: () => page([document('d1', { media_type: 'application/pdf', bytes: 93_000 }), failed]) });
    const list = await screen.findByRole('list', { name: 'Documents' });
    expect(within(list).getByRole('link', { name: /Title of d1.*PDF.*93 KB.*Ready/ })).toBeVisible();
    expect(within(list).getByRole('link', { name: /The file is protected by a password\..*Failed/ })).toBeVisible();
  });

  it('lead to the first one where there is none', async () => {
    const { user } = await open({ [LIST]: () => page([]) });
    expect(await screen.findByText('Give the assistant something to answer from')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Read a website' }));
    expect(screen.getByRole('dialog', { name: 'Read a website' })).toBeVisible();
  });

  it('are not added by who may not', async () => {
    await open({ [LIST]: () => page([]) }, '/knowledge', 'agent');
    expect(await screen.findByText('Nothing is known yet')).toBeVisible();
    expect(screen.queryByRole('button', { name: /Add|Upload/ })).toBeNull();
  });

  it('show how far they are while they are read, and then what they have become', async () => {
    let status: 'processing' | 'ready' = 'processing';
    await open({ [LIST]: () => page([document('d1', { status, title: status === 'ready' ? 'Read now' : 'd1.md' })]) });
    expect(await screen.findByRole('link', { name: /d1\.md.*Being read/ })).toBeVisible();
    act(() => FakeSocket.last.greets());
    says({ type: 'job.upsert', job: job('j1', { progress: 40 }) }, { type: 'job.all', more: false });
    expect(await screen.findByRole('progressbar', { name: 'Reading d1.md' })).toHaveAttribute('aria-valuenow', '40');
    expect(screen.getByRole('link', { name: 'Jobs 1 waiting or running' })).toBeVisible();
    status = 'ready';
    says({ type: 'job.upsert', job: job('j1', { state: 'done', progress: 100 }) });
    expect(await screen.findByText('Read now', {}, { timeout: 5_000 })).toBeVisible();
    expect(screen.queryByRole('progressbar')).toBeNull();
  });

  it('are filtered by what is typed, through all pages', async () => {
    const { heard, user } = await open({
      [LIST]: ({ route }) => (route.includes('cursor=d1.md') ? page([document('d2', { title: 'Prices of robots' })]) : page([document('d1')], 'd1.md')),
    });
    await user.type(await screen.findByRole('searchbox', { name: /Filter/ }), 'robots prices');
    expect(await screen.findByRole('link', { name: /Prices of robots/ })).toBeVisible();
    expect(screen.queryByRole('link', { name: /Title of d1/ })).toBeNull();
    expect(screen.getByText('1 of 2')).toBeVisible();
    expect(heard.some(({ route }) => route.includes('cursor=d1.md'))).toBe(true);
    await user.selectOptions(screen.getByLabelText('Which documents'), 'failed');
    await user.click(await screen.findByRole('button', { name: 'Show all' }));
    expect(await screen.findByRole('link', { name: /Title of d1/ })).toBeVisible();
  });

  it('say that they did not load, and are tried again', async () => {
    let broken = true;
    const { user } = await open({ [LIST]: () => (broken ? problem(403, 'forbidden', 'ask an admin') : page([document('d1')])) });
    expect(await screen.findByRole('alert')).toHaveTextContent('Ask an admin.');
    broken = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('link', { name: /Title of d1/ })).toBeVisible();
  });
});

describe('adding', () => {
  it('takes files that are dropped, and follows each to its end', async () => {
    await open({});
    await screen.findByRole('list', { name: 'Documents' });
    act(() => FakeSocket.last.greets());
    const files = [new File(['a'], 'a.md'), new File(['b'], 'b.xls')];
    const dataTransfer = { types: ['Files'], items: [], files };
    fireEvent.dragEnter(window, { dataTransfer });
    expect(screen.getByText('Drop files to add them')).toBeVisible();
    fireEvent.drop(window, { dataTransfer });
    expect(screen.queryByText('Drop files to add them')).toBeNull();
    await vi.waitFor(() => expect(FakeRequest.all).toHaveLength(2));
    const tray = within(await screen.findByRole('region', { name: 'Uploads' }));
    act(() => FakeRequest.all[0]?.goes(1, 2));
    expect(await tray.findByText('Uploading, 50%')).toBeVisible();
    await act(async () => {
      FakeRequest.all[0]?.answers(202, { document: document('d8'), job: { id: 'j8' } });
      FakeRequest.all[1]?.answers(202, { document: document('d9'), job: { id: 'j9' } });
    });
    says({ type: 'job.upsert', job: job('j8', { state: 'done' }) }, { type: 'job.upsert', job: job('j9', { state: 'dead', error: 'save it as CSV' }) });
    expect(await tray.findByText('Ready')).toBeVisible();
    expect(tray.getByText('Save it as CSV.')).toBeVisible();
    expect(tray.getByRole('status')).toHaveTextContent('1 of 2 files could not be read');
  });

  it('says at a file that it is there already, or too many', async () => {
    const { user } = await open({});
    await user.upload(await screen.findByLabelText('Files to upload'), [new File(['a'], 'a.md'), new File(['b'], 'b.md')]);
    await vi.waitFor(() => expect(FakeRequest.all).toHaveLength(2));
    FakeRequest.all[0]?.answers(202, { document: document('d1'), job: null });
    FakeRequest.all[1]?.answers(402, { code: 'limit_reached', detail: 'your plan has room for 10 documents' });
    expect(await screen.findByText('It was here already, word for word.')).toBeVisible();
    expect(await screen.findByText('Your plan has room for 10 documents.')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Upload b.md again' }));
    await vi.waitFor(() => expect(FakeRequest.all).toHaveLength(3));
    FakeRequest.last.answers(202, { document: document('d1'), job: null });
    await user.click(screen.getByRole('button', { name: 'Clear what is finished' }));
    await vi.waitFor(() => expect(screen.queryByRole('region', { name: 'Uploads' })).toBeNull());
  });

  it('pastes a text, and keeps it where it is refused or closed by mistake', async () => {
    let refused = true;
    const { heard, user } = await open({
      'POST /api/chat-spaces/s1/documents/text': () =>
        refused ? problem(409, 'space_archived', 'the space is archived') : json({ document: document('d5'), job: { id: 'j5' } }, 202),
    });
    const begin = async () => {
      await user.click(await screen.findByRole('button', { name: 'Add' }));
      await user.click(await screen.findByRole('menuitem', { name: 'Paste a text' }));
    };
    await begin();
    await user.type(screen.getByLabelText('Title'), 'Hours');
    await user.type(screen.getByLabelText('Text'), 'Nine to five.');
    await user.click(screen.getByRole('button', { name: 'Add the text' }));
    expect(await screen.findByText('The space is archived.')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Close' }));
    refused = false;
    await begin();
    expect(screen.getByLabelText('Text')).toHaveValue('Nine to five.');
    await user.click(screen.getByRole('button', { name: 'Add the text' }));
    await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(bodyOf(heard, 'POST /api/chat-spaces/s1/documents/text')).toEqual({ title: 'Hours', text: 'Nine to five.' });
    await begin();
    expect(screen.getByLabelText('Text')).toHaveValue('');
  });

  it('writes questions with their answers', async () => {
    const { heard, user } = await open({ 'POST /api/chat-spaces/s1/documents/faq': () => json({ document: document('d6'), job: { id: 'j6' } }, 202) });
    await user.click(await screen.findByRole('button', { name: 'Add' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Write questions and answers' }));
    await user.type(screen.getByLabelText('Title'), 'Shop');
    const answers = () => screen.getAllByLabelText('Answer');
    await user.type(screen.getByRole('textbox', { name: 'Question 1' }), 'Open?');
    await user.type(answers()[0] as HTMLElement, 'Yes.');
    await user.click(screen.getByRole('button', { name: 'Another question' }));
    await user.click(screen.getByRole('button', { name: 'Another question' }));
    await user.type(screen.getByRole('textbox', { name: 'Question 3' }), 'Parking?');
    await user.type(answers()[2] as HTMLElement, 'Behind it.');
    await user.click(screen.getByRole('button', { name: 'Remove question 2' }));
    await user.click(screen.getByRole('button', { name: 'Add 2 questions' }));
    await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(bodyOf(heard, 'POST /api/chat-spaces/s1/documents/faq')).toEqual({
      title: 'Shop',
      pairs: [
        { question: 'Open?', answer: 'Yes.' },
        { question: 'Parking?', answer: 'Behind it.' },
      ],
    });
  });
});
