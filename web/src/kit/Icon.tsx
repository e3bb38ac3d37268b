import {
  ArrowLeft, Ban, BarChart3, BookOpen, Building2, CalendarDays, Check, CheckCheck, ChevronDown, ChevronRight,
  ChevronUp, CircleAlert, CircleHelp, CloudOff, Columns3, Contact, Copy, Database, Download, EyeOff, FileClock, Filter, GripVertical,
  Home, Inbox, LineChart, Server, ListChecks, LogOut, Mail, Megaphone, Menu, MessageSquare, MonitorSmartphone, Package, Pause,
  Pencil, Phone, Play, Plus, RefreshCw, Search, Send, Settings, ShieldCheck, Smartphone, Square, Star, Tag, Target,
  Trash2, Unplug, Upload, User, UserCheck, Users, Wallet, X, Zap, KeyRound, Languages, ClipboardList, Clock,
  type LucideIcon,
} from 'lucide-react';

const icons = {
  home: Home, user: User, users: Users, customer: Contact, filter: Filter, audience: Filter, megaphone: Megaphone, campaign: Megaphone,
  database: Database, load: Database, work: ListChecks, list: ListChecks, search: Search, plus: Plus, close: X, check: Check,
  done: CheckCheck, back: ArrowLeft, down: ChevronDown, up: ChevronUp, right: ChevronRight, help: CircleHelp, alert: CircleAlert, offline: CloudOff,
  columns: Columns3, copy: Copy, download: Download, hidden: EyeOff, history: FileClock, grip: GripVertical, inbox: Inbox,
  indicator: LineChart, field: ClipboardList, tag: Tag, mail: Mail, email: Mail, menu: Menu, message: MessageSquare, sms: Smartphone, app: MonitorSmartphone,
  pause: Pause, edit: Pencil, phone: Phone, call: Phone, play: Play, refresh: RefreshCw, send: Send, settings: Settings,
  shield: ShieldCheck, stop: Square, star: Star, target: Target, remove: Trash2, broken: Unplug, upload: Upload,
  employee: UserCheck, wallet: Wallet, account: Wallet, bolt: Zap, event: Zap, key: KeyRound, language: Languages, clock: Clock, calendar: CalendarDays,
  product: Package, chart: BarChart3, book: BookOpen, branch: Building2, out: LogOut, ban: Ban, job: Server,
} satisfies Record<string, LucideIcon>;

export type IconName = keyof typeof icons;

const aliases: Record<string, IconName> = {
  dashboard: 'home', party: 'customer', customers: 'customer', person: 'user', people: 'users', team: 'users', segment: 'audience', audiences: 'audience',
  campaigns: 'campaign', marketing: 'campaign', loads: 'load', data: 'database', todo: 'work', tasks: 'work', interaction: 'message',
  products: 'product', contact: 'phone', visit: 'user', system: 'settings', wecom: 'message', note: 'edit', cash_flow: 'wallet',
  transfer: 'wallet', trade: 'chart', financial_account: 'wallet', account_role: 'key', party_relationship: 'users',
  contact_point: 'phone', consent: 'shield', coverage: 'employee', touch: 'send', load_run: 'load', check: 'check', shop: 'branch',
};

export function isIconName(name: string): name is IconName {
  return name in icons;
}

/** An icon by a name that may come from the server; an unknown one is a neutral list. */
export function Icon({ name, size = 16 }: { name: string; size?: number }) {
  const known = isIconName(name) ? name : (aliases[name] ?? 'list');
  const Drawn = icons[known];
  return <Drawn className="icon" size={size} strokeWidth={1.6} aria-hidden />;
}
