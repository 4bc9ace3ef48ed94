DROP TABLE passage_lexemes, passage_vectors, passages, document_versions, document_files, documents;
