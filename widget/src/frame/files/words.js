/** What is said of files, in every language the widget speaks: attach one, and leave one out. */
export default {
  en: ['Attach a file', 'Remove {}'],
  es: ['Adjuntar un archivo', 'Quitar {}'],
  fr: ['Joindre un fichier', 'Retirer {}'],
  de: ['Datei anhängen', '{} entfernen'],
  pt: ['Anexar um ficheiro', 'Remover {}'],
  ar: ['إرفاق ملف', 'إزالة {}'],
  ja: ['ファイルを添付', '{} を削除'],
};
