//! The routes of this project's extension: what meltcloud's public API does not show, and a simulated appliance tells.

use super::http::Method::{Get, Post};
use super::route::{Body, QueryForm, Row};
use super::table::rows;
use crate::Request;

const TOLD: &[&str] = &["operation", "changed_machine"];
const MADE: &[&str] = &["operation", "saved_revision"];
const HELD: &[&str] = &["changed_machine"];

rows! { Request, except Public;
    GetCapabilities: Get "capabilities" [] Body::None => &["capabilities"];
    ListClusters: Get "clusters" [] Body::None => &["clusters"];
    ListMachinePools: Get "machine_pools" [] Body::None => &["machine_pools"];
    ListMachines: Get "machines" [] Body::None => &["machines"];
    ListRevisions: Get "revisions" [] Body::None => &["revisions"];
    ListOperations: Get "operations" [] Body::None => &["operations"];
    ListBudgets: Get "budgets" [] Body::None => &["budgets"];
    ListWindows: Get "windows" [timezone Text, most Number] Body::None => &["windows"];
    ListEvents: Get "events" [after Number, most Number] Body::None => &["events"];
    ListNetworkProfiles: Get "network_profiles" [] Body::None => &["network_profiles"];
    ListStored: Get "{stored}" [] Body::None => &["stored"];
    GetMachine: Get "machines/{machine}" [] Body::None => &["machine"];
    GetOperation: Get "operations/{operation}" [] Body::None => &["operation_history"];
    Preflight: Get "findings" [pools Numbers] Body::None => &["findings"];
    ApplyRevision: Post "machine_pools/{pool}/apply" [] Body::Rest => &["operation"];
    RetryOperation: Post "operations/{operation}/retry" [] Body::None => &["operation"];
    CancelOperation: Post "operations/{operation}/cancel" [] Body::None => &["operation"];
    PauseOperation: Post "operations/{operation}/pause" [] Body::None => &["operation"];
    ResumeOperation: Post "operations/{operation}/resume" [] Body::None => &["operation"];
    HoldMachine: Post "machines/{machine}/hold" [] Body::None => HELD;
    UnholdMachine: Post "machines/{machine}/unhold" [] Body::None => HELD;
    ExcludeMachine: Post "machines/{machine}/exclude" [] Body::None => HELD;
    IncludeMachine: Post "machines/{machine}/include" [] Body::None => HELD;
    SetHostname: Post "machines/{machine}/set_hostname" [] Body::Rest => TOLD;
    SetLabels: Post "machines/{machine}/set_labels" [] Body::Rest => TOLD;
    SetMachineNetworkProfile: Post "machines/{machine}/set_network_profile" [] Body::Rest => TOLD;
    ApplyToMachine: Post "machines/{machine}/apply" [] Body::Rest => TOLD;
    SetPoolVersion: Post "machine_pools/{pool}/set_version" [] Body::Rest => MADE;
    SetPoolNetworkProfile: Post "machine_pools/{pool}/set_network_profile" [] Body::Rest => MADE;
    SetPoolImage: Post "machine_pools/{pool}/set_image" [] Body::Rest => MADE;
    SetControlPlaneVersion: Post "clusters/{cluster}/set_version" [] Body::Rest => &["changed_cluster"];
    AssignMachine: Post "machines/{machine}/assign" [] Body::Rest => TOLD;
    UnassignMachine: Post "machines/{machine}/unassign" [] Body::None => TOLD;
    ForceRemoveMachine: Post "machines/{machine}/force_remove" [] Body::None => TOLD;
    DecommissionMachine: Post "machines/{machine}/decommission" [] Body::None => TOLD;
    DeleteMachine: Post "machines/{machine}/delete" [] Body::None => TOLD;
    RegisterMachine: Post "machines/register" [] Body::Rest => TOLD;
    EnrollMachine: Post "machines/enroll" [] Body::Rest => TOLD;
    GetClock: Get "clock" [] Body::None => &["clock"];
    PauseClock: Post "clock/pause" [] Body::None => &["clock"];
    ResumeClock: Post "clock/resume" [] Body::None => &["clock"];
    StepClock: Post "clock/step" [] Body::None => &["clock"];
    SetClockSpeed: Post "clock/speed" [] Body::Rest => &["clock"];
}
