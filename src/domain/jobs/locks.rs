//! Steps of a job that need a lock of the database which others may hold just now.

use std::time::Duration;

use parlance_store::StoreError;
use tokio::time::{Instant, sleep};

/// How often a step is tried for which there is no lock just now, and the pause between.
const TRIES: u32 = 60;
const PAUSE: Duration = Duration::from_secs(1);

/// Takes a step, again where it had no lock.
///
/// # Errors
/// What the step fails with otherwise, or in the end.
pub async fn patiently<R, F>(step: impl Fn() -> F) -> Result<R, StoreError>
where
    F: Future<Output = Result<R, StoreError>>,
{
    let mut tries = 1;
    loop {
        let begun = Instant::now();
        match step().await {
            // A lock is given up within a tenth of a second: what took longer failed for another reason,
            // and is for the job to try again.
            Err(error) if error.is_transient() && tries < TRIES && begun.elapsed() < PAUSE => {
                sleep(PAUSE).await;
            }
            taken => return taken,
        }
        tries += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn away() -> StoreError {
        StoreError::Pool("away".to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn what_fails_at_once_is_tried_again_and_what_took_long_is_not() {
        let tried = Cell::new(0);
        let step = || async {
            tried.set(tried.get() + 1);
            if tried.get() < 3 { Err(away()) } else { Ok(()) }
        };
        patiently(step).await.unwrap();
        assert_eq!(tried.replace(0), 3);
        let long = || async {
            tried.set(tried.get() + 1);
            sleep(PAUSE).await;
            Err::<(), _>(away())
        };
        assert!(patiently(long).await.is_err());
        assert_eq!(tried.replace(0), 1);
        let never = || async {
            tried.set(tried.get() + 1);
            Err::<(), _>(away())
        };
        assert!(patiently(never).await.is_err());
        assert_eq!(tried.get(), TRIES);
    }
}
