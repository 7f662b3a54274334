"""Addresses of approvals, caps and catalog."""

from django.urls import URLPattern, path

from compensation.api import money as doors
from compensation.api.advice import AdviceRules, CaseAdvice
from compensation.api.approvals import Approvals, Offers
from compensation.api.caps import Caps, Spending
from compensation.api.catalog import Remedies, RemedyVersions
from compensation.api.coupons import CouponPools
from compensation.api.honored import HonoredErrors, LetterPdf
from compensation.api.ledger import Ledger, LedgerCsv
from compensation.api.payouts import Payouts
from compensation.api.routes import ApprovalRoutes, Deputies
from compensation.api.rules import RescissionRules
from compensation.views import (
    advice,
    approvals,
    caps,
    caps_over_time,
    catalog,
    coupons,
    disclosing,
    honored,
    ledger,
    letters,
    offers,
    register,
    routes,
    rules,
)

browser: list[URLPattern] = [
    path("approvals", approvals.approvals_page, name="approvals"),
    path("approvals/live", approvals.approvals_live, name="approvals-live"),
    path("approvals/<int:pk>/approve", approvals.approve, name="approval-approve"),
    path("approvals/<int:pk>/decline", approvals.decline, name="approval-decline"),
    path("approvals/<int:pk>/counter", approvals.counter, name="approval-counter"),
    path("approvals/<int:pk>/resubmit", offers.resubmit, name="approval-resubmit"),
    path("offers/<int:pk>/take", offers.take, name="offer-take"),
    path("offers/<int:pk>/leave", offers.leave, name="offer-leave"),
    path("ledger", ledger.ledger, name="ledger"),
    path("ledger/statement.csv", ledger.statement_csv, name="ledger-statement-csv"),
    path("ledger/entries", ledger.entries, name="ledger-entries"),
    path("ledger/entries.csv", ledger.entries_csv, name="ledger-entries-csv"),
    path("ledger/checks", ledger.ledger_checks, name="ledger-checks"),
    path("honored", register.honored, name="honored"),
    path("honored/<int:pk>", honored.error, name="honored-error"),
    path("honored/<int:pk>/live", honored.error_live, name="honored-live"),
    path("honored/<int:pk>/assess", honored.assess, name="honored-assess"),
    path("honored/<int:pk>/honor", honored.honor, name="honored-honor"),
    path("honored/<int:pk>/rescind", honored.rescind, name="honored-rescind"),
    path("honored/<int:pk>/legal-review", honored.legal_review, name="honored-legal-review"),
    path("honored/<int:pk>/review", register.review, name="honored-review"),
    path("honored/<int:pk>/call", disclosing.call, name="honored-call"),
    path("honored/<int:pk>/call/told", disclosing.told, name="honored-told"),
    path("honored/<int:pk>/call/attempt", disclosing.attempt, name="honored-attempt"),
    path("honored/<int:pk>/call/reassign", disclosing.reassign, name="honored-reassign"),
    path("honored/<int:pk>/letters", letters.make, name="honored-letter-make"),
    path("honored/<int:pk>/letters/<int:number>", letters.letter, name="honored-letter"),
    path("honored/<int:pk>/letters/<int:number>.pdf", letters.letter_pdf, name="honored-letter-pdf"),
    path("honored/<int:pk>/letters/<int:number>/send", letters.send, name="honored-letter-send"),
    path("settings/caps", caps.caps_page, name="setting-caps"),
    path("settings/caps/preview", caps_over_time.preview_page, name="setting-caps-preview"),
    path("settings/caps/of/<slug:key>", caps_over_time.caps_of, name="setting-caps-of"),
    path("settings/caps/<int:pk>/take-out", caps_over_time.take_out, name="setting-cap-take-out"),
    path("settings/catalog", catalog.catalog_page, name="setting-catalog"),
    path("settings/catalog/new", catalog.remedy, name="setting-remedy-new"),
    path("settings/catalog/<int:pk>", catalog.remedy, name="setting-remedy"),
    path("settings/catalog/<int:pk>/retire", catalog.retire, name="setting-remedy-retire"),
    path("settings/coupons", coupons.pools, name="setting-coupons"),
    path("settings/coupons/new", coupons.pool, name="setting-coupon-pool-new"),
    path("settings/coupons/<int:pk>", coupons.pool, name="setting-coupon-pool"),
    path("settings/coupons/<int:pk>/codes", coupons.fill, name="setting-coupon-codes"),
    path("settings/advice", advice.advice_page, name="setting-advice"),
    path("settings/advice/<int:pk>", advice.advice_rule, name="setting-advice-rule"),
    path("settings/advice/<int:pk>/switch", advice.advice_switch, name="setting-advice-switch"),
    path("settings/routes", routes.routes_page, name="setting-routes"),
    path("settings/routes/times", routes.set_times, name="setting-routes-times"),
    path("settings/routes/deputies", routes.name_deputy, name="setting-deputy-new"),
    path("settings/routes/deputies/<int:pk>/end", routes.end_deputy, name="setting-deputy-end"),
    path("settings/taking-back", rules.rules_page, name="setting-rules"),
    path("settings/taking-back/new", rules.rule, name="setting-rule-new"),
    path("settings/taking-back/<int:pk>", rules.rule, name="setting-rule"),
    path("settings/taking-back/<int:pk>/end", rules.end, name="setting-rule-end"),
]

api: list[URLPattern] = [
    path("remedies/", Remedies.as_view({"get": "list", "post": "create"}), name="api-remedies"),
    path("remedies/<slug:code>/", Remedies.as_view({"get": "retrieve", "patch": "change"}), name="api-remedy"),
    path("remedies/<slug:code>/versions/", RemedyVersions.as_view({"get": "list"}), name="api-remedy-versions"),
    path(
        "cases/<reference:reference>/awards/",
        doors.CaseAwards.as_view({"get": "list", "post": "create"}),
        name="api-case-awards",
    ),
    path("cases/<reference:reference>/advice/", CaseAdvice.as_view({"get": "read"}), name="api-case-advice"),
    path("advice-rules/", AdviceRules.as_view({"get": "list"}), name="api-advice-rules"),
    path(
        "advice-rules/<id:id>/",
        AdviceRules.as_view({"get": "retrieve", "patch": "change"}),
        name="api-advice-rule",
    ),
    path("awards/", doors.Awards.as_view({"get": "list"}), name="api-awards"),
    path("awards/<id:id>/", doors.Awards.as_view({"get": "retrieve"}), name="api-award"),
    path("awards/<id:id>/reverse/", doors.Awards.as_view({"post": "reverse"}), name="api-award-reverse"),
    path("awards/<id:id>/fulfill/", doors.Awards.as_view({"post": "fulfill"}), name="api-award-fulfill"),
    path("approvals/", Approvals.as_view({"get": "list"}), name="api-approvals"),
    path("approvals/<id:id>/", Approvals.as_view({"get": "retrieve"}), name="api-approval"),
    *(
        path(f"approvals/<id:id>/{verb}/", Approvals.as_view({"post": verb}), name=f"api-approval-{verb}")
        for verb in ("approve", "decline", "counter", "resubmit")
    ),
    path("offers/", Offers.as_view({"get": "list"}), name="api-offers"),
    path("offers/<id:id>/", Offers.as_view({"get": "retrieve"}), name="api-offer"),
    path("offers/<id:id>/take/", Offers.as_view({"post": "take"}), name="api-offer-take"),
    path("offers/<id:id>/leave/", Offers.as_view({"post": "leave"}), name="api-offer-leave"),
    path("approval-routes/", ApprovalRoutes.as_view({"get": "list"}), name="api-approval-routes"),
    path(
        "approval-routes/<id:id>/",
        ApprovalRoutes.as_view({"get": "retrieve", "patch": "change"}),
        name="api-approval-route",
    ),
    path("deputies/", Deputies.as_view({"get": "list", "post": "create"}), name="api-deputies"),
    path("deputies/<id:id>/", Deputies.as_view({"get": "retrieve"}), name="api-deputy"),
    path("deputies/<id:id>/end/", Deputies.as_view({"post": "end"}), name="api-deputy-end"),
    path("honored-errors/", HonoredErrors.as_view({"get": "list"}), name="api-honored-errors"),
    path(
        "honored-errors/<id:id>/",
        HonoredErrors.as_view({"get": "retrieve", "patch": "assess"}),
        name="api-honored-error",
    ),
    path(
        "honored-errors/<id:id>/recommendation/",
        HonoredErrors.as_view({"get": "recommendation"}),
        name="api-honored-error-recommendation",
    ),
    *(
        path(
            f"honored-errors/<id:id>/{address}/",
            HonoredErrors.as_view({"post": action}),
            name=f"api-honored-error-{address.replace('/', '-')}",
        )
        for address, action in (
            ("honor", "honor"),
            ("rescind", "rescind"),
            ("legal-review", "legal_review"),
            ("disclosure/attempts", "attempt"),
            ("disclose", "disclose"),
            ("reassign", "reassign"),
            ("review", "review"),
            ("letter", "letter"),
            ("letter/send", "send"),
        )
    ),
    path("honored-errors/<id:id>/letter.pdf", LetterPdf.as_view({"get": "read"}), name="api-honored-error-letter-pdf"),
    path(
        "rescission-rules/",
        RescissionRules.as_view({"get": "list", "post": "create"}),
        name="api-rescission-rules",
    ),
    path(
        "rescission-rules/<id:id>/",
        RescissionRules.as_view({"get": "retrieve", "patch": "change"}),
        name="api-rescission-rule",
    ),
    path("rescission-rules/<id:id>/end/", RescissionRules.as_view({"post": "end"}), name="api-rescission-rule-end"),
    path(
        "coupon-pools/",
        CouponPools.as_view({"get": "list", "post": "create"}),
        name="api-coupon-pools",
    ),
    path(
        "coupon-pools/<slug:pool>/",
        CouponPools.as_view({"get": "retrieve", "patch": "change"}),
        name="api-coupon-pool",
    ),
    path("coupon-pools/<slug:pool>/codes/", CouponPools.as_view({"post": "fill"}), name="api-coupon-codes"),
    path("payouts/", Payouts.as_view({"get": "list"}), name="api-payouts"),
    path("payouts/<id:id>/", Payouts.as_view({"get": "retrieve"}), name="api-payout"),
    path("payouts/<id:id>/confirm/", Payouts.as_view({"post": "confirm"}), name="api-payout-confirm"),
    path("payouts/<id:id>/fail/", Payouts.as_view({"post": "fail"}), name="api-payout-fail"),
    path("payouts/<id:id>/send-again/", Payouts.as_view({"post": "send_again"}), name="api-payout-send-again"),
    path("ledger/", Ledger.as_view({"get": "list"}), name="api-ledger"),
    path("ledger/statement/", Ledger.as_view({"get": "statement"}), name="api-ledger-statement"),
    path("ledger/entries.csv", LedgerCsv.as_view({"get": "entries"}), name="api-ledger-entries-csv"),
    path("ledger/statement.csv", LedgerCsv.as_view({"get": "statement"}), name="api-ledger-statement-csv"),
    path("caps/", Caps.as_view({"get": "list", "post": "create"}), name="api-caps"),
    path("caps/me/", Spending.as_view({"get": "me"}), name="api-caps-me"),
    path("caps/preview/", Spending.as_view({"get": "preview"}), name="api-caps-preview"),
    path("caps/<id:id>/", Caps.as_view({"get": "retrieve"}), name="api-cap"),
    path("caps/<id:id>/end/", Caps.as_view({"post": "end"}), name="api-cap-end"),
    path("caps/<id:id>/keep/", Caps.as_view({"post": "keep"}), name="api-cap-keep"),
]
