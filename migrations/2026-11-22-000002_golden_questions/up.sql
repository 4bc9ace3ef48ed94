-- Questions whose answer is known, asked again whenever knowledge or prompt changes.

CREATE TABLE golden_questions (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    space_id   uuid NOT NULL,
    question   text NOT NULL CHECK (question <> ''),
    source     text CHECK (source <> ''),        -- name of the document that must be found
    facts      text[] NOT NULL DEFAULT '{}',     -- what must be said
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,             -- results from before are not compared with
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT golden_questions_once UNIQUE (tenant_id, space_id, question),
    CONSTRAINT golden_questions_expect CHECK (source IS NOT NULL OR facts <> '{}'),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id)
);
SELECT parlance_isolate('golden_questions');

CREATE TABLE golden_runs (
    tenant_id         uuid NOT NULL,
    id                uuid NOT NULL,             -- of the job that makes it: begun again it goes on
    space_id          uuid NOT NULL,
    cause             text NOT NULL CHECK (cause IN ('asked', 'knowledge', 'settings')),
    answers           boolean NOT NULL,          -- answered, and not only searched for
    knowledge_version bigint NOT NULL,
    conditions        text NOT NULL,             -- what an answer depends on: begun again under others, all is asked again
    questions         integer NOT NULL DEFAULT 0,
    passed            integer NOT NULL DEFAULT 0,
    regressed         integer NOT NULL DEFAULT 0,
    mended            integer NOT NULL DEFAULT 0,
    compared_with     uuid,                      -- the run before, of the same kind
    started_at        timestamptz NOT NULL,
    finished_at       timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id)
);
CREATE INDEX golden_runs_by_space ON golden_runs (tenant_id, space_id, started_at);
SELECT parlance_isolate('golden_runs');

CREATE TABLE golden_results (
    tenant_id    uuid NOT NULL,
    run_id       uuid NOT NULL,
    question_id  uuid NOT NULL,
    passed       boolean NOT NULL,
    abstained    boolean NOT NULL,
    source_place smallint,                       -- of the expected source, from 1; none: not there
    missing      text[] NOT NULL,                -- facts that were not said
    answer       text,
    grounding    real,
    PRIMARY KEY (tenant_id, run_id, question_id),
    FOREIGN KEY (tenant_id, run_id) REFERENCES golden_runs (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, question_id) REFERENCES golden_questions (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX golden_results_by_question ON golden_results (tenant_id, question_id);
SELECT parlance_isolate('golden_results');
