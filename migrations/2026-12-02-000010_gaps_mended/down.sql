DROP INDEX asked_questions_of_all;
