DROP FUNCTION parlance_count_words(uuid, text[]);
DROP FUNCTION parlance_search_words(uuid, text, text[], float8[], integer);
DROP FUNCTION parlance_search_near(uuid, text, halfvec, integer);
DROP FUNCTION parlance_index_space(uuid, text);
DROP TABLE large_passages;
DROP TABLE large_spaces;
