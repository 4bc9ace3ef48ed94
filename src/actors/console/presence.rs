//! Who has a console open, what each looks at, and since when those are gone who left.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytestring::ByteString;
use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::ids::{ConversationId, TenantId, UserId};

use super::{
    frames::{InboxEvent, Present},
    handle::Consoles,
};
use crate::domain::conversations::event::Agent;

/// One console.
#[derive(Debug)]
struct Place {
    agent: Agent,
    /// May answer visitors.
    answers: bool,
    away: bool,
    watching: BTreeSet<ConversationId>,
}

#[derive(Debug, Default)]
struct Room {
    seats: BTreeMap<u64, Place>,
    last: u64,
}

impl Room {
    /// Everyone who may answer, each once: away where they are so in every console.
    fn present(&self) -> Vec<Present> {
        let mut agents: BTreeMap<UserId, Present> = BTreeMap::new();
        for place in self.seats.values().filter(|place| place.answers) {
            let agent = agents.entry(place.agent.id).or_insert_with(|| Present {
                agent: place.agent.clone(),
                away: true,
            });
            agent.away &= place.away;
        }
        agents.into_values().collect()
    }

    fn viewers(&self, conversation: ConversationId) -> InboxEvent {
        let watching = self
            .seats
            .values()
            .filter(|place| place.watching.contains(&conversation));
        let agents: BTreeMap<UserId, Agent> = watching
            .map(|place| (place.agent.id, place.agent.clone()))
            .collect();
        InboxEvent::Viewers {
            conversation,
            agents: agents.into_values().collect(),
        }
    }

    fn is_here(&self, agent: UserId) -> bool {
        self.seats.values().any(|place| place.agent.id == agent)
    }
}

#[derive(Debug, Default)]
struct All {
    rooms: HashMap<TenantId, Room>,
    /// Agents who had a console open and have none any more.
    gone: HashMap<(TenantId, UserId), DateTime<Utc>>,
}

/// Everyone who is there. Cheap to clone: all clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Presence(Arc<Mutex<All>>);

impl Presence {
    fn all(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that an agent is not there, unless they are.
    pub(super) fn miss(&self, tenant: TenantId, agent: UserId, now: DateTime<Utc>) {
        let mut all = self.all();
        if !all.rooms.get(&tenant).is_some_and(|room| room.is_here(agent)) {
            all.gone.entry((tenant, agent)).or_insert(now);
        }
    }

    /// Those who have been gone for `long`, who are forgotten then.
    pub(super) fn take_gone(&self, long: TimeDelta, now: DateTime<Utc>) -> Vec<(TenantId, UserId)> {
        let mut all = self.all();
        let gone = all.gone.extract_if(|_, since| now - *since >= long);
        gone.map(|(who, _)| who).collect()
    }

    /// Those of a workspace who may answer visitors.
    pub(super) fn present(&self, tenant: TenantId) -> Vec<Present> {
        self.all()
            .rooms
            .get(&tenant)
            .map(Room::present)
            .unwrap_or_default()
    }
}

/// An open console: until it is dropped, its member is there.
#[derive(Debug)]
pub struct Seat {
    consoles: Consoles,
    tenant: TenantId,
    agent: Agent,
    number: u64,
}

impl Seat {
    pub(super) fn take(consoles: Consoles, tenant: TenantId, agent: Agent, answers: bool) -> Self {
        let (number, news) = {
            let mut all = consoles.presence().all();
            all.gone.remove(&(tenant, agent.id));
            let room = all.rooms.entry(tenant).or_default();
            let before = room.present();
            room.last += 1;
            let number = room.last;
            room.seats.insert(
                number,
                Place {
                    agent: agent.clone(),
                    answers,
                    away: false,
                    watching: BTreeSet::new(),
                },
            );
            (number, presence_if_changed(room, &before))
        };
        consoles.tell(tenant, news);
        consoles.look_at_queue(tenant);
        Self {
            consoles,
            tenant,
            agent,
            number,
        }
    }

    /// Who is there now, and who looks at what.
    #[must_use]
    pub fn begin(&self) -> Vec<ByteString> {
        let all = self.consoles.presence().all();
        let Some(room) = all.rooms.get(&self.tenant) else {
            return Vec::new();
        };
        let watched: BTreeSet<_> = room.seats.values().flat_map(|place| &place.watching).collect();
        let presence = InboxEvent::Presence {
            agents: room.present(),
        };
        let viewers = watched
            .into_iter()
            .map(|conversation| room.viewers(*conversation).text());
        std::iter::once(presence.text()).chain(viewers).collect()
    }

    /// Notes that the console looks at a conversation, or no longer.
    pub fn watch(&self, conversation: ConversationId, on: bool) {
        self.change(|place| {
            let changed = match on {
                true => place.watching.insert(conversation),
                false => place.watching.remove(&conversation),
            };
            changed.then_some(conversation).into_iter().collect()
        });
    }

    /// Takes nothing new, or does again.
    pub fn away(&self, on: bool) {
        self.change(|place| {
            place.away = on;
            Vec::new()
        });
        self.consoles.look_at_queue(self.tenant);
    }

    /// Changes the console's place, and tells the others what they see of it.
    fn change(&self, change: impl FnOnce(&mut Place) -> Vec<ConversationId>) {
        let news = {
            let mut all = self.consoles.presence().all();
            let Some(room) = all.rooms.get_mut(&self.tenant) else {
                return;
            };
            let before = room.present();
            let Some(place) = room.seats.get_mut(&self.number) else {
                return;
            };
            let looked_at = change(place);
            let mut news = presence_if_changed(room, &before);
            news.extend(
                looked_at
                    .into_iter()
                    .map(|conversation| room.viewers(conversation).text()),
            );
            news
        };
        self.consoles.tell(self.tenant, news);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let news = {
            let mut all = self.consoles.presence().all();
            let Some(room) = all.rooms.get_mut(&self.tenant) else {
                return;
            };
            let before = room.present();
            let left = room.seats.remove(&self.number);
            let mut news = presence_if_changed(room, &before);
            let looked_at = left.iter().flat_map(|place| &place.watching);
            news.extend(looked_at.map(|conversation| room.viewers(*conversation).text()));
            let (gone, empty) = (!room.is_here(self.agent.id), room.seats.is_empty());
            if gone {
                let now = self.consoles.now();
                all.gone.insert((self.tenant, self.agent.id), now);
            }
            if empty {
                all.rooms.remove(&self.tenant);
            }
            news
        };
        self.consoles.tell(self.tenant, news);
    }
}

fn presence_if_changed(room: &Room, before: &[Present]) -> Vec<ByteString> {
    let agents = room.present();
    let changed = agents != before;
    changed
        .then(|| InboxEvent::Presence { agents }.text())
        .into_iter()
        .collect()
}
