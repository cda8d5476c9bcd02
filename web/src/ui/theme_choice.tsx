import { texts } from '../i18n';
import { setTheme, theme } from '../theme';
import { Choice } from './choice';

export function ThemeChoice({ hideLabel = false }: { hideLabel?: boolean }) {
  const t = texts.value;
  return (
    <Choice
      label={t.theme}
      hideLabel={hideLabel}
      value={theme.value}
      options={[
        { id: 'system', name: t.themeSystem },
        { id: 'light', name: t.themeLight },
        { id: 'dark', name: t.themeDark },
      ]}
      onChoose={setTheme}
    />
  );
}
