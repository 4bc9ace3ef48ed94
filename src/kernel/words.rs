//! The closed sets of words that the store has, as schemas of the API's document: made of the enums
//! themselves, so that a new word is in the document as well.

use std::ops::RangeInclusive;

use parlance_store::{
    control,
    queries::{
        audit, canned_replies, conversations, deadlines, documents, drafts, experiments, golden,
        identity_keys, jobs, ledger, messages, questions, quotas, sources, subscriptions, ticket_categories,
        tickets,
    },
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Type,
        schema::{ArrayBuilder, ObjectBuilder, Schema},
    },
};

/// A text that is one of these.
pub fn closed<'a>(words: impl IntoIterator<Item = &'a str>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words))
        .into()
}

/// A list of so many texts of so many characters each.
pub fn texts(items: RangeInclusive<usize>, characters: RangeInclusive<usize>, about: &str) -> RefOr<Schema> {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(*characters.start()))
        .max_length(Some(*characters.end()));
    list(text.into(), items, about)
}

/// A list of so many.
pub fn list(of: RefOr<Schema>, items: RangeInclusive<usize>, about: &str) -> RefOr<Schema> {
    let list = ArrayBuilder::new().items(of).max_items(Some(*items.end()));
    let least = Some(*items.start()).filter(|least| *least > 0);
    list.min_items(least).description(Some(about)).into()
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $of:ty;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                closed(<$of>::ALL.iter().map(|word| word.as_str()))
            }
        }

        impl ToSchema for $name {}
    )+};
}

words! {
    /// What somebody is in a workspace.
    Role = control::Role;
    /// By what workspaces are sorted.
    TenantSort = control::operator_view::TenantSort;
    /// Who did something.
    ActorKind = audit::ActorKind;
    /// What a plan limits.
    Quota = quotas::Quota;
    /// What an upstream call is for.
    CallKind = ledger::CallKind;
    /// How a subscription stands.
    SubscriptionStatus = subscriptions::SubscriptionStatus;
    /// How far a document got.
    DocumentStatus = documents::DocumentStatus;
    /// How far a source got.
    SourceStatus = sources::SourceStatus;
    /// What came of an address.
    PageOutcome = sources::PageOutcome;
    /// How far a job got.
    JobState = jobs::JobState;
    /// Why golden questions were asked.
    GoldenCause = golden::GoldenCause;
    /// Why a question is a gap in what is known.
    GapReason = questions::GapReason;
    /// What became of a gap.
    GapState = questions::GapState;
    /// What a list of gaps begins with.
    GapSort = questions::GapSort;
    /// Which questions are told of.
    QuestionKind = questions::ReportKind;
    /// One of the two ways to answer that an A/B test compares.
    Arm = experiments::Arm;
    /// What a key signs by.
    IdentityAlgorithm = identity_keys::IdentityAlgorithm;
    /// Where a conversation stands.
    ConversationStatus = conversations::ConversationStatus;
    /// What is done once a canned reply was sent.
    CannedAct = canned_replies::CannedAct;
    /// What is drafted for an agent.
    DraftKind = drafts::DraftKind;
    /// Who wrote a message.
    MessageAuthor = messages::AuthorKind;
    /// What a customer waits for.
    DeadlineKind = deadlines::DeadlineKind;
    /// Where a conversation was rated.
    RatedVia = messages::RatedVia;
    /// How a message ended.
    MessageEnd = messages::MessageState;
    /// Whose turn it is with a ticket.
    TicketStatus = tickets::Status;
    /// How soon a ticket should be done.
    TicketPriority = tickets::Priority;
    /// How a ticket came to be.
    TicketVia = tickets::Via;
    /// Who says what a ticket is about.
    CategoryBy = tickets::CategoryBy;
    /// What happened to a ticket.
    TicketEventKind = tickets::events::Kind;
    /// Where an example of a category comes from.
    ExampleSource = ticket_categories::ExampleSource;
    /// What a ticket has to do with another one.
    TicketLinkKind = tickets::relations::LinkKind;
}
