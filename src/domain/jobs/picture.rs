//! What those who watch a tenant's jobs have been told, and what is new to them: decided by holding
//! one look at the database against the one before.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::JobId,
    queries::jobs::{self, Job},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::JobView;

/// Jobs that run or wait which are shown at once, those first whose turn it is.
pub const SHOWN: usize = 200;
/// Jobs that are told of having ended, in one look.
const ENDED: i32 = 200;
/// How far one look reaches back behind the one before, for clocks that differ.
const OVERLAP: TimeDelta = TimeDelta::seconds(10);

/// What is told of jobs.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "type")]
pub enum JobEvent {
    /// A job is new, or not as it was.
    #[serde(rename = "job.upsert")]
    Upsert { job: JobView },
    /// A job is not shown any more: it is forgotten, or many others come before it.
    #[serde(rename = "job.remove")]
    Remove {
        #[schema(value_type = uuid::Uuid)]
        job: JobId,
    },
    /// All that run or wait have been told; `more` wait behind those that are shown. Any other job
    /// that was told to run or wait does so no more.
    #[serde(rename = "job.all")]
    All { more: bool },
}

/// What has been told.
#[derive(Debug, Default)]
pub struct Picture {
    /// In the order of their turns, as they were written down.
    active: Vec<(JobId, String)>,
    more: bool,
    /// Those that ended lately.
    ended: HashMap<JobId, DateTime<Utc>>,
    /// When it was last looked.
    looked_at: Option<DateTime<Utc>>,
}

/// What a look at the database shows.
#[derive(Debug)]
struct Look {
    active: Vec<Job>,
    /// Those that ended lately, and what has become of those that were shown before.
    lately: Vec<Job>,
    at: DateTime<Utc>,
}

impl Picture {
    /// Everything that is shown, for one who begins to watch.
    #[must_use]
    pub fn whole(&self) -> Vec<String> {
        let mut told: Vec<String> = self.active.iter().map(|(_, text)| text.clone()).collect();
        told.push(text(&JobEvent::All { more: self.more }));
        told
    }

    /// Looks, and says what is new.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; the picture is as it was.
    pub async fn look(&mut self, db: &TenantDb, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        let since = self.looked_at.unwrap_or(now) - OVERLAP;
        let read = db.read(async |conn| {
            let limit = i32::try_from(SHOWN + 1).unwrap_or(i32::MAX);
            let active = jobs::active(conn, limit).await?;
            let lately = jobs::lately(conn, &self.missing(&active), since, ENDED).await?;
            Ok::<_, StoreError>((active, lately))
        });
        let (active, lately) = read.await?;
        let at = now;
        Ok(self.update(Look { active, lately, at }))
    }

    /// Shown before, and not any more among those that run or wait.
    fn missing(&self, active: &[Job]) -> Vec<JobId> {
        let shown = active.get(..SHOWN).unwrap_or(active);
        let ids = self.active.iter().map(|(id, _)| *id);
        ids.filter(|id| shown.iter().all(|job| job.id != *id)).collect()
    }

    fn update(&mut self, look: Look) -> Vec<String> {
        let Look {
            mut active,
            lately,
            at,
        } = look;
        // What ended between the two statements of a look is in both; the later one is right.
        active.retain(|job| {
            lately
                .iter()
                .all(|late| late.id != job.id || late.ended_at.is_none())
        });
        let (missing, more) = (self.missing(&active), active.len() > SHOWN);
        active.truncate(SHOWN);
        let mut told = Vec::new();
        let mut ended: Vec<(JobId, DateTime<Utc>, String)> = Vec::new();
        for job in lately {
            if let Some(ended_at) = job.ended_at {
                ended.push((job.id, ended_at, upsert(job)));
            }
        }
        for id in missing {
            if !ended.iter().any(|(other, ..)| *other == id) {
                told.push(text(&JobEvent::Remove { job: id }));
            }
        }
        let before: HashMap<JobId, String> = self.active.drain(..).collect();
        for (id, ended_at, text) in ended {
            // What ended before anybody watched is no news.
            let news = self.looked_at.is_some() || before.contains_key(&id);
            if self.ended.insert(id, ended_at).is_none() && news {
                told.push(text);
            }
        }
        for job in active {
            let (id, text) = (job.id, upsert(job));
            if before.get(&id) != Some(&text) {
                told.push(text.clone());
            }
            self.active.push((id, text));
        }
        if self.looked_at.is_some() && more != self.more {
            told.push(text(&JobEvent::All { more }));
        }
        self.more = more;
        self.ended.retain(|_, ended_at| *ended_at > at - OVERLAP * 2);
        self.looked_at = Some(at);
        told
    }
}

fn upsert(job: Job) -> String {
    text(&JobEvent::Upsert { job: job.into() })
}

fn text(event: &JobEvent) -> String {
    serde_json::to_string(event).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use parlance_store::queries::jobs::JobState;
    use serde_json::{Value, json};

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(1_800_000_000 + seconds)
    }

    fn job(state: JobState, progress: i16) -> Job {
        Job {
            id: JobId::new(),
            space_id: None,
            kind: "test".to_owned(),
            key: String::new(),
            payload: json!({}),
            state,
            priority: 0,
            progress,
            attempts: 0,
            cancel_requested: false,
            error: None,
            created_at: at(0),
            started_at: None,
            ended_at: matches!(state, JobState::Done | JobState::Dead | JobState::Cancelled).then(|| at(1)),
        }
    }

    fn look(active: &[Job], lately: &[Job], seconds: i64) -> Look {
        Look {
            active: active.to_vec(),
            lately: lately.to_vec(),
            at: at(seconds),
        }
    }

    /// Type and state, or the whole of what is no upsert.
    fn said(told: &[String]) -> Vec<String> {
        let told = told.iter().map(|text| serde_json::from_str(text).unwrap());
        told.map(|event: Value| match event["type"].as_str().unwrap() {
            "job.upsert" => format!("{} {}", event["job"]["state"], event["job"]["progress"]),
            kind => kind.to_owned(),
        })
        .collect()
    }

    #[test]
    fn what_has_changed_is_told_once_and_the_end_always() {
        let mut picture = Picture::default();
        let (mut one, other) = (job(JobState::Running, 10), job(JobState::Queued, 0));
        let old = job(JobState::Done, 100);
        picture.update(look(&[one.clone(), other.clone()], std::slice::from_ref(&old), 2));
        assert_eq!(
            said(&picture.whole()),
            ["\"running\" 10", "\"queued\" 0", "job.all"]
        );
        let same = look(&[one.clone(), other.clone()], &[old], 3);
        assert!(picture.update(same).is_empty(), "nothing is new");
        one.progress = 40;
        let told = picture.update(look(&[one.clone(), other.clone()], &[], 4));
        assert_eq!(said(&told), ["\"running\" 40"]);

        let (mut done, quick) = (one, job(JobState::Dead, 3));
        (done.state, done.ended_at) = (JobState::Done, Some(at(5)));
        let lately = [done, quick];
        let told = picture.update(look(std::slice::from_ref(&other), &lately, 6));
        assert_eq!(
            said(&told),
            ["\"done\" 40", "\"dead\" 3"],
            "also what began and ended between two looks"
        );
        assert!(picture.update(look(&[other], &lately, 7)).is_empty());
        let told = picture.update(look(&[], &[], 8));
        assert_eq!(said(&told), ["job.remove"], "forgotten meanwhile");
        assert_eq!(said(&picture.whole()), ["job.all"]);
    }

    #[test]
    fn what_ends_while_it_is_looked_at_has_ended() {
        let mut picture = Picture::default();
        let running = job(JobState::Running, 10);
        picture.update(look(std::slice::from_ref(&running), &[], 1));
        let mut done = running.clone();
        (done.state, done.ended_at) = (JobState::Done, Some(at(2)));
        let told = picture.update(look(&[running], std::slice::from_ref(&done), 3));
        assert_eq!(said(&told), ["\"done\" 10"]);
        assert_eq!(said(&picture.whole()), ["job.all"]);
        assert!(picture.update(look(&[], &[done], 4)).is_empty());
    }

    #[test]
    fn so_many_are_shown_and_who_must_make_room_is_taken_back() {
        let mut picture = Picture::default();
        let mut line: Vec<Job> = (0..SHOWN).map(|_| job(JobState::Queued, 0)).collect();
        picture.update(look(&line, &[], 1));
        assert_eq!(
            picture.whole().last().unwrap(),
            r#"{"type":"job.all","more":false}"#
        );
        line.insert(0, job(JobState::Queued, 0));
        let back = line.last().unwrap().clone();
        let told = picture.update(look(&line, std::slice::from_ref(&back), 2));
        assert_eq!(said(&told), ["job.remove", "\"queued\" 0", "job.all"]);
        assert_eq!(picture.whole().len(), SHOWN + 1);
        line.remove(0);
        let told = picture.update(look(&line, &[], 3));
        assert_eq!(said(&told), ["job.remove", "\"queued\" 0", "job.all"]);
    }
}
