import { language, languages, setLanguage, texts } from '../i18n';
import { Choice } from './choice';

export function LanguageChoice({ hideLabel = false }: { hideLabel?: boolean }) {
  return (
    <Choice
      label={texts.value.language}
      hideLabel={hideLabel}
      value={language.value}
      options={languages}
      onChoose={(next) => setLanguage(next)}
    />
  );
}
