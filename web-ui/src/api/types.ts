/** The shapes of REST v1 under the names the dashboard uses; the shapes themselves are generated. */

import type { components } from './schema';

type Schemas = components['schemas'];

export type UpDown = Schemas['UpDown'];
export type LinkState = Schemas['LinkStateView'];
export type FlowStatus = Schemas['FlowStatus'];
export type Counters = Schemas['CountersView'];
export type Port = Schemas['PortView'];
export type Switch = Schemas['SwitchView'];
export type End = Schemas['EndView'];
export type Link = Schemas['LinkView'];
export type Host = Schemas['HostView'];
export type Flow = Schemas['FlowView'];
export type Group = Schemas['GroupView'];
export type Paths = Schemas['PathsView'];
export type TraceRequest = Schemas['TraceRequest'];
export type Trace = Schemas['TraceView'];
export type TraceHop = Schemas['TraceHopView'];
export type TraceStep = Schemas['TraceStepView'];
export type TraceEntry = Schemas['TraceEntryView'];
export type App = Schemas['AppView'];
export type AppChange = Schemas['AppChange'];
export type Controller = Schemas['ControllerView'];
export type Notice = Schemas['NoticeView'];
export type Problem = Schemas['Problem'];
export type PoolSpec = Schemas['PoolSpec'];
export type Pool = Schemas['PoolView'];
export type ServerSpec = Schemas['ServerSpec'];
export type ServerView = Schemas['ServerView'];
export type ServerChange = Schemas['ServerChange'];

/** What can come over the event stream. */
export type Event = Schemas['EventView'];
