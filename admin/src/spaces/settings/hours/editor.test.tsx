import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../../../test/open';
import { json, serve } from '../../../test/server';
import { settings, space, workspace } from '../../../test/spaces';
import { usualHours, type Hours } from './hours';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

const PATCH = 'PATCH /api/chat-spaces/s1';
const PREVIEW = 'POST /api/chat-spaces/s1/preview';

async function open(hours: Hours | null, routes: Parameters<typeof serve>[0] = {}) {
  const one = space({ settings: { ...settings, hours } });
  const heard = serve({ ...workspace('owner', one), [PATCH]: () => json({ ...one, version: 4 }), ...routes });
  await openConsole('/app/spaces/acme/settings/people');
  const user = userEvent.setup();
  const save = async () => {
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(heard.map(({ route }) => route)).toContain(PATCH));
    return (heard.find(({ route }) => route === PATCH)?.body as { settings: { hours: Hours | null } }).settings.hours;
  };
  return { user, save };
}

const day = (name: string) => within(screen.getByRole('group', { name }));

describe('the hours of a space', () => {
  it('begin with nine to five here, and are always again when they are switched off', async () => {
    const { user, save } = await open(null);
    const only = await screen.findByRole('switch', { name: 'Only within hours' });
    await user.click(only);
    expect(day('Monday').getByLabelText('Monday from')).toHaveValue('09:00');
    expect(day('Sunday').getByText('Closed')).toBeVisible();
    await user.click(only);
    expect(screen.queryByText(/unsaved/)).toBeNull();
    await user.click(only);
    expect(await save()).toEqual(usualHours());
  });

  it('are put together by the day and copied over the working days', async () => {
    const { user, save } = await open(usualHours());
    await user.click(await screen.findByRole('button', { name: 'Add hours to Monday' }));
    fireEvent.change(screen.getAllByLabelText('Monday to')[0] as Element, { target: { value: '12:30' } });
    fireEvent.change(screen.getAllByLabelText('Monday to')[1] as Element, { target: { value: '00:00' } });
    await user.click(screen.getByRole('button', { name: 'Copy Monday to Tuesday – Friday' }));
    await user.click(screen.getByRole('button', { name: 'Remove 09:00 to 12:30 from Friday' }));
    await user.click(screen.getByRole('button', { name: 'Add hours to Saturday' }));
    const { week } = (await save()) as Hours;
    const both = [{ from: '09:00', to: '12:30' }, { from: '18:00', to: '24:00' }];
    expect([week.monday, week.thursday, week.friday, week.saturday, week.sunday]).toEqual([both, both, both.slice(1), [{ from: '09:00', to: '17:00' }], []]);
  });

  it('are in a zone that is found by typing, with keys alone', async () => {
    const { user, save } = await open(usualHours());
    const zone = await screen.findByRole('combobox', { name: 'Time zone' });
    await user.click(zone);
    expect(screen.getAllByRole('option')[0]).toHaveTextContent('yours');
    await user.clear(zone);
    await user.type(zone, 'no such place');
    expect(screen.queryAllByRole('option')).toHaveLength(0);
    await user.keyboard('{Enter}');
    expect(zone).toHaveValue(usualHours().time_zone);
    await user.clear(zone);
    await user.type(zone, 'new y{ArrowDown}{ArrowUp}{Enter}');
    expect(zone).toHaveValue('America/New_York');
    expect(((await save()) as Hours).time_zone).toBe('America/New_York');
  });

  it('have holidays, closed or with hours of their own', async () => {
    const { user, save } = await open(usualHours());
    await user.click(await screen.findByRole('button', { name: 'Add a holiday' }));
    fireEvent.change(screen.getByLabelText('Date of holiday 1'), { target: { value: '2026-12-24' } });
    await user.type(screen.getByLabelText('Name of holiday 1'), 'Christmas Eve');
    await user.click(screen.getByRole('button', { name: 'Add hours to Christmas Eve' }));
    const { holidays } = (await save()) as Hours;
    expect(holidays).toEqual([{ date: '2026-12-24', intervals: [{ from: '09:00', to: '17:00' }], name: 'Christmas Eve' }]);
  });

  it('say what the server thinks of them: whether it is open, and which day is wrong', async () => {
    const availability = { open: true, opens_at: null, closes_at: '2030-01-01T17:00:00Z' };
    const errors = [{ field: 'settings.hours.week.tuesday.0.to', detail: 'end later than it begins' }];
    const refused = () => new Response(JSON.stringify({ status: 400, code: 'invalid_request', detail: '', errors }), { status: 400 });
    let sound = true;
    const config = { theme: { mode: 'auto', color: '#0b6e66', position: 'right' }, prechat: [], locale: 'en', availability };
    const { user } = await open({ ...usualHours(), time_zone: 'UTC' }, { [PREVIEW]: () => (sound ? json({ config }) : refused()) });
    expect(await screen.findByText(/^Open now, until .*17:00/)).toBeVisible();
    sound = false;
    fireEvent.change(screen.getByLabelText('Tuesday to'), { target: { value: '08:00' } });
    expect(await day('Tuesday').findByText('End later than it begins')).toBeVisible();
    expect(day('Monday').queryByText('End later than it begins')).toBeNull();
    expect(screen.queryByText(/^Open now/)).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Discard' }));
    expect(await screen.findByText(/^Open now/)).toBeVisible();
  });
});
