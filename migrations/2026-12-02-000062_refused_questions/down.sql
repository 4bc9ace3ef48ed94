-- What was marked is looked at by whichever version runs.
SELECT;
