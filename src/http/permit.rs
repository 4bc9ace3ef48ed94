//! What a request may do. The permission stands in the route table and in the handler's parameters, and
//! the compiler compares the two.

use std::{marker::PhantomData, ops::Deref, time::Duration};

use actix_web::{FromRequest, Handler, HttpMessage, HttpRequest, Responder, dev::Payload, guard, web};
use futures_util::future::LocalBoxFuture;

use super::{limits::Left, operator::Operator, user::Member};
use crate::{
    actors::services::Services,
    domain::{
        accounts::{
            caller::Caller,
            keys::{self, KeyError},
            live::Standing,
            permission::{Permission, may},
            token::OperatorClaims,
        },
        quota::hourly::Spent,
    },
    kernel::{
        bearer::bearer,
        code::Code,
        problem::{LimitReached, Problem},
        route::Routed,
    },
};

/// What a route takes, as a type.
pub trait Permit: 'static {
    /// All of them.
    const PERMISSIONS: &'static [Permission];
    /// Whether an operator who acts as the workspace has it, as far as its permissions are theirs.
    const FOR_OPERATORS: bool = true;
}

/// Proof that the caller has the permissions of `P`.
#[derive(Clone, Debug)]
pub struct Allowed<P> {
    caller: Caller,
    permission: PhantomData<P>,
}

impl<P> Deref for Allowed<P> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<P: Permit> FromRequest for Allowed<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = permitted(&request, P::PERMISSIONS, P::FOR_OPERATORS).await?;
            Ok(Self {
                caller,
                permission: PhantomData,
            })
        })
    }
}

async fn permitted(
    request: &HttpRequest,
    needed: &[Permission],
    for_operators: bool,
) -> Result<Caller, Problem> {
    if bearer(request).starts_with(keys::BEGINS) {
        return opened(request, needed).await;
    }
    let member = Member::of(request).await?;
    if let Standing::Operator(OperatorClaims { may_write, .. }) = member.standing {
        let has = needed.iter().all(|needed| needed.for_operators(may_write));
        // What reads and yet does something is no GET.
        let reads = request.method().is_safe();
        return if has && for_operators && (may_write || reads) {
            Ok(member.into())
        } else {
            let detail = "an operator who acts as the workspace may not do this";
            Err(Problem::new(Code::Forbidden, detail))
        };
    }
    if let Some(permission) = needed.iter().find(|needed| !may(member.role, **needed)) {
        let detail = format!(
            "this takes the permission {permission}, which your role, {}, does not have",
            member.role
        );
        return Err(Problem::new(Code::Forbidden, detail));
    }
    Ok(member.into())
}

/// A program, by its key.
async fn opened(request: &HttpRequest, needed: &[Permission]) -> Result<Caller, Problem> {
    let services = request
        .app_data::<web::Data<Services>>()
        .ok_or_else(|| Problem::internal("no services"))?;
    let address = services.addresses.of(request);
    let left = |spent: Spent| Left {
        limit: spent.limit,
        left: spent.left,
        resets_in: (spent.resets_at - services.clock.now()).num_seconds().max(1),
    };
    let opened = services.keys.open(bearer(request), address).await;
    let opened = opened.map_err(|error| {
        let detail = error.to_string();
        match error {
            KeyError::Unknown => Problem::new(Code::Unauthenticated, detail),
            KeyError::Guessing => {
                Problem::new(Code::RateLimited, detail).retry_after(Duration::from_secs(60))
            }
            KeyError::Spent(spent) => {
                let left = left(spent);
                request.extensions_mut().insert(left);
                let after = Duration::from_secs(left.resets_in.unsigned_abs());
                let limit = LimitReached {
                    quota: None,
                    at_most: spent.limit.into(),
                    used: spent.limit.into(),
                    resets_at: Some(spent.resets_at),
                };
                Problem {
                    limit: Some(Box::new(limit)),
                    ..Problem::new(Code::RateLimited, detail).retry_after(after)
                }
            }
            KeyError::Store(error) => Problem::internal(error),
        }
    })?;
    request.extensions_mut().insert(left(opened.spent));
    if let Some(permission) = needed.iter().find(|needed| !opened.scopes.contains(needed)) {
        let detail = format!("this takes the scope {permission}, which the key does not have");
        return Err(Problem::new(Code::Forbidden, detail));
    }
    Ok(opened.caller)
}

/// The secrets by which sites and widgets are known: [`Permission::SpacesWrite`], and never an operator.
#[derive(Clone, Copy, Debug)]
pub struct SpaceCredentials;

impl Permit for SpaceCredentials {
    const PERMISSIONS: &'static [Permission] = &[Permission::SpacesWrite];
    const FOR_OPERATORS: bool = false;
}

/// A route for operators, by their own entry and nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Operators;

/// A route for everybody, or one that finds out itself who calls.
#[derive(Clone, Copy, Debug)]
pub struct Anyone;

/// A handler whose parameters prove what `Self` stands for in the route table.
pub trait Proves<P> {}

impl<Args> Proves<Anyone> for Args {}

macro_rules! permits {
    ($($name:ident = $($permission:ident)&+),+ $(,)?) => {$(
        #[doc = concat!($("[`Permission::", stringify!($permission), "`] ",)+)]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Permit for $name {
            const PERMISSIONS: &'static [Permission] = &[$(Permission::$permission),+];
        }
    )+};
}

permits!(
    SpacesRead = SpacesRead,
    SpacesWrite = SpacesWrite,
    KnowledgeRead = KnowledgeRead,
    KnowledgeWrite = KnowledgeWrite,
    ConversationsRead = ConversationsRead,
    ConversationsWrite = ConversationsWrite,
    TicketsRead = TicketsRead,
    TicketsWrite = TicketsWrite,
    TicketsConfigure = TicketsConfigure,
    ContactsMerge = ContactsMerge,
    AnalyticsRead = AnalyticsRead,
    TeamRead = TeamRead,
    TeamWrite = TeamWrite,
    KeysRead = KeysRead,
    KeysWrite = KeysWrite,
    AuditRead = AuditRead,
    BillingRead = BillingRead,
    BillingWrite = BillingWrite,
    BillingBudget = BillingBudget,
    WorkspaceWrite = WorkspaceWrite,
    // What visitors said is told there besides.
    GapsRead = KnowledgeRead & ConversationsRead,
    GapsWrite = KnowledgeWrite & ConversationsRead,
    QuestionsRead = AnalyticsRead & ConversationsRead,
    RatingCommentsRead = AnalyticsRead & ConversationsRead,
);

macro_rules! proves {
    ($($arg:ident)*) => {
        impl<P: Permit, $($arg),*> Proves<P> for (Allowed<P>, $($arg,)*) {}
        impl<$($arg),*> Proves<Operators> for (Operator, $($arg,)*) {}
    };
}
proves!();
proves!(A);
proves!(A B);
proves!(A B C);
proves!(A B C D);
proves!(A B C D E);

macro_rules! methods {
    ($($name:ident = $methods:expr, $guard:expr;)+) => {$(
        #[doc = concat!("A route of `handler`, which must prove `needs`, for `", stringify!($name), "`.")]
        pub fn $name<P, F, Args>(_needs: P, handler: F) -> Routed
        where
            F: Handler<Args>,
            Args: FromRequest + Proves<P> + 'static,
            F::Output: Responder + 'static,
        {
            Routed::new($methods, web::route().guard($guard).to(handler))
        }
    )+};
}
methods! {
    // HEAD is answered as GET, without the body.
    get = &["GET", "HEAD"], guard::Any(guard::Get()).or(guard::Head());
    post = &["POST"], guard::Post();
    put = &["PUT"], guard::Put();
    patch = &["PATCH"], guard::Patch();
    delete = &["DELETE"], guard::Delete();
}
