DROP TABLE golden_results;
DROP TABLE golden_runs;
DROP TABLE golden_questions;
