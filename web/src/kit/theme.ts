import type { ThemeConfig } from 'antd';

/** The tokens of css/tokens.css that code needs as values: antd's theme and the charts. */
export const colors = {
  ink: '#16202E',
  ink2: '#465164',
  ink3: '#616C7E',
  ink4: '#A3ACBA',
  line: '#E4E8EE',
  lineStrong: '#CDD4DE',
  page: '#F1F3F7',
  surface: '#FFFFFF',
  surface2: '#F7F9FB',
  brand: '#2A4FB0',
  brandTint: '#EDF1FB',
  rail: '#131E31',
  done: '#166C86',
  attention: '#985800',
  attentionFill: '#D98A12',
  late: '#BF3F0B',
  refused: '#6546BE',
} as const;

/** One hue in steps for composition; brand, cyan, amber, violet, slate for kinds. */
export const steps = ['#3E60B8', '#7391D6', '#A7BAE6', '#DAE3F4'] as const;

const face =
  "'Zhike Figures', 'PingFang SC', 'HarmonyOS Sans SC', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', system-ui, sans-serif";

export function themeFor(phone: boolean): ThemeConfig {
  return {
    token: {
      colorPrimary: colors.brand,
      colorInfo: colors.brand,
      colorLink: colors.brand,
      colorWarningBg: '#FFF5E2',
      colorWarningBorder: '#EBCF9B',
      colorErrorBg: '#FEEEE6',
      colorErrorBorder: '#F0BFA6',
      colorSuccessBg: '#E6F4F8',
      colorInfoBg: colors.brandTint,
      colorSuccess: colors.done,
      colorWarning: colors.attention,
      colorError: colors.late,
      colorTextBase: colors.ink,
      colorTextSecondary: colors.ink2,
      colorTextTertiary: colors.ink3,
      colorTextPlaceholder: colors.ink3,
      colorTextDescription: colors.ink3,
      colorBorder: colors.lineStrong,
      colorBorderSecondary: colors.line,
      colorBgLayout: colors.page,
      fontFamily: face,
      fontSize: phone ? 14 : 13,
      borderRadius: 4,
      borderRadiusLG: phone ? 8 : 6,
      controlHeight: phone ? 44 : 30,
      controlHeightSM: phone ? 36 : 26,
      controlOutlineWidth: 3,
      controlOutline: 'rgba(42, 79, 176, 0.2)',
      motion: false,
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 400 },
      Form: { itemMarginBottom: 14, verticalLabelPadding: '0 0 4px', labelColor: colors.ink2 },
      Modal: { titleFontSize: 15 },
    },
  };
}
