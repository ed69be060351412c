// A client of the Shopvo storefront API as keywright speaks it. No dependencies: fetch and node:crypto. Runs under Node 22.18 and later as it
// stands (types are stripped), and compiles with any tsc.
//
//   const shop = createClient({ apiKey: "sk_live_…", siteId: "site_…", baseUrl: "https://licences.example.com/shopvo" });
//   const { items } = await shop.products.list({ limit: 20, expand: ["variants"] });

import { createHmac, timingSafeEqual } from "node:crypto";

/** What a client needs to know. */
export interface Options {
  apiKey: string;
  /** Signs every request. */
  signingSecret?: string;
  siteId: string;
  /** Where `/api/v1` begins. */
  baseUrl: string;
}

/** An answer that is no success. */
export class ShopError extends Error {
  /** The HTTP status. */
  readonly status: number;
  /** Seconds until it may be tried again, if the server said so. */
  readonly retryAfter?: number;

  constructor(status: number, message: string, retryAfter?: number) {
    super(message);
    this.name = "ShopError";
    this.status = status;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
  }
}

export interface Pagination {
  page: number;
  limit: number;
  total: number;
  totalPages: number;
}

/** A page of a list: with `pagination` when it has a number, with `cursor` when it was asked for by one. */
export interface Page<T> {
  items: T[];
  pagination?: Pagination;
  cursor?: string | null;
  hasNextPage?: boolean;
  limit?: number;
}

export interface Paging {
  page?: number;
  limit?: number;
  /** Empty: from the start, by cursor. */
  cursor?: string;
}

export type InventoryStatus = "IN_STOCK" | "OUT_OF_STOCK";
export type ProductStatus = "ACTIVE" | "DRAFT" | "ARCHIVED";

export interface Variant {
  id: string;
  name: string;
  sku: string | null;
  /** Minor units; null: as the product. */
  price: number | null;
  inventoryStatus: InventoryStatus;
  /** null: nobody counts. */
  inventoryCount: number | null;
  options: Record<string, string>;
  isDefault: boolean;
}

export interface VariantInput {
  name?: string;
  sku?: string | null;
  price?: number | null;
  inventoryCount?: number | null;
  inventoryStatus?: InventoryStatus;
  options?: Record<string, string>;
  isDefault?: boolean;
}

export interface Product {
  id: string;
  name: string;
  slug: string;
  /** Minor units. */
  price: number | null;
  compareAtPrice: number | null;
  images: string[];
  description: string;
  status: ProductStatus;
  currency: string | null;
  featured: boolean;
  categoryId: string | null;
  brandId: string | null;
  variants?: Variant[];
  brand?: Brand | null;
  categories?: Category[];
}

export interface ProductInput {
  name?: string;
  slug?: string;
  description?: string;
  price?: number | null;
  currency?: string;
  compareAtPrice?: number | null;
  images?: string[];
  featured?: boolean;
  status?: "ACTIVE" | "DRAFT";
  categoryId?: string | null;
  brandId?: string | null;
}

export interface ProductQuery extends Paging {
  fields?: string[];
  expand?: ("variants" | "brand" | "categories")[];
  search?: string;
  categoryId?: string;
  brandId?: string;
  status?: ProductStatus;
  featured?: boolean;
}

export interface Category {
  id: string;
  name: string;
  slug: string;
  parentId: string | null;
}

export interface Brand {
  id: string;
  name: string;
  slug: string;
}

export interface Review {
  id: string;
  rating: number;
  title: string | null;
  content: string;
  reviewerName: string;
  status: "PENDING" | "PUBLISHED" | "ARCHIVED" | "SPAM";
  isVerifiedPurchase: boolean;
  createdAt: string;
}

export interface ReviewInput {
  rating: number;
  title?: string;
  content: string;
  reviewerName: string;
  reviewerEmail?: string;
}

export interface OrderLine {
  id: string;
  productId: string;
  variantId: string | null;
  name: string;
  sku: string | null;
  quantity: number;
  price: number;
  total: number;
}

export interface Order {
  id: string;
  number: string;
  status: "PENDING" | "CONFIRMED" | "PROCESSING" | "SHIPPED" | "DELIVERED" | "CANCELLED" | "REFUNDED";
  paymentStatus: "PENDING" | "PAID" | "FAILED" | "REFUNDED" | "PARTIALLY_REFUNDED";
  total: number;
  items: OrderLine[];
  currency: string;
  /** What has come, also off gift cards, store credit and points. */
  paid: number;
  /** What is still to be paid. */
  due: number;
  payments: OrderPayment[];
  customerId: string;
  email: string;
  createdAt: string;
  paidAt: string | null;
  b2bAccountId: string | null;
  dueAt: string | null;
}

/** What came, was declined, or went back, which is below nothing. */
export interface OrderPayment {
  method: "manual" | "test_card" | "gift_card" | "store_credit" | "points";
  status: "PAID" | "DECLINED" | "REFUNDED";
  amount: number;
  giftCardId: string | null;
  createdAt: string;
}

export interface OrderQuery extends Paging {
  status?: Order["status"];
  paymentStatus?: Order["paymentStatus"];
  customerId?: string;
  from?: string;
  to?: string;
}

export interface Customer {
  id: string;
  email: string;
  firstName: string | null;
  lastName: string | null;
  phone: string | null;
  group: string | null;
  totalOrders: number;
  totalSpent: number;
}

export interface Stock {
  id: string;
  name: string;
  sku: string | null;
  inventoryCount: number | null;
  inventoryStatus: InventoryStatus;
  variantId: string;
  productId: string;
}

export interface StockChange {
  operation: "set" | "increment" | "decrement";
  quantity: number;
  variantId?: string;
  reason?: string;
}

export interface Promotion {
  id: string;
  code: string;
  type: "PERCENTAGE" | "FIXED_AMOUNT" | "FREE_SHIPPING";
  value: number;
  status: "ACTIVE" | "SCHEDULED" | "EXPIRED" | "EXHAUSTED";
  usedCount: number;
  expiresAt: string | null;
}

export interface PromotionInput {
  code: string;
  type: Promotion["type"];
  value?: number;
  minOrderAmount?: number;
  maxUses?: number | null;
  maxUsesPerCustomer?: number | null;
  startsAt?: string | null;
  expiresAt?: string | null;
}

export interface Validation {
  valid: boolean;
  discount: number;
  promotion?: Pick<Promotion, "id" | "code" | "type" | "value">;
  error?: string;
}

export interface GiftCard {
  id: string;
  code: string;
  initialBalance: number;
  remainingBalance: number;
  status: "ACTIVE" | "REDEEMED" | "EXPIRED" | "VOID";
  expiresAt: string | null;
  issuedAt: string;
}

export interface GiftCardInput {
  initialBalance: number;
  code?: string;
  customerId?: string;
  expiresAt?: string | null;
  note?: string;
}

export interface CreditEntry {
  id: string;
  type: "CREDIT" | "DEBIT";
  amount: number;
  note: string | null;
  orderId: string | null;
  createdAt: string;
}

export interface StoreCredit {
  customerId: string;
  balance: number;
  transactions: CreditEntry[];
}

export interface PointsEntry {
  id: string;
  type: "EARN" | "REDEEM";
  points: number;
  note: string | null;
  orderId: string | null;
  createdAt: string;
}

export interface Loyalty {
  customerId: string;
  points: number;
  tier: string | null;
  transactions: PointsEntry[];
}

export type PaymentTerms = `NET_${number}` | "DUE_ON_RECEIPT";

export interface B2bContact {
  id: string;
  email: string;
  isPrimary: boolean;
}

export interface B2bAccount {
  id: string;
  companyName: string;
  taxId: string | null;
  status: "ACTIVE" | "SUSPENDED" | "PENDING";
  priceListId: string | null;
  paymentTerms: PaymentTerms;
  contacts: B2bContact[];
  createdAt: string;
}

export interface B2bAccountInput {
  companyName?: string;
  taxId?: string | null;
  status?: B2bAccount["status"];
  priceListId?: string | null;
  paymentTerms?: PaymentTerms | null;
  contactCustomerIds?: string[];
}

export interface ListPrice {
  productId: string;
  variantId: string;
  sku: string | null;
  minQuantity: number;
  price: number;
  currency: string | null;
}

export interface ListPriceInput {
  variantId: string;
  minQuantity?: number;
  price: number | null;
}

export interface PriceList {
  id: string;
  name: string;
  priceCount: number;
  createdAt: string;
  prices?: ListPrice[];
}

export type ResourceType = "product" | "customer" | "order" | "site";
export type ValueType = "string" | "integer" | "json" | "boolean";

export interface Metafield {
  id: string;
  namespace: string;
  key: string;
  value: string;
  valueType: ValueType;
  createdAt: string;
}

export interface Site {
  id: string;
  name: string;
  locale: string;
  currency: string | null;
  primaryDomain: string | null;
  theme: Record<string, string>;
}

export interface ContentPage {
  id: string;
  title: string;
  slug: string;
  content: string;
}

export interface Menu {
  id: string;
  title: string;
  handle: string;
  items: { title: string; url: string }[];
}

export interface CartLine {
  id: string;
  productId: string;
  variantId: string;
  name: string;
  sku: string | null;
  quantity: number;
  price: number;
  total: number;
}

export interface Cart {
  id: string;
  status: "ACTIVE" | "ABANDONED" | "CONVERTED";
  items: CartLine[];
  total: number;
  currency: string;
}

/** A line to be added, changed or taken out. The server's price counts, whatever is sent. */
export interface CartItem {
  productId: string;
  variantId?: string;
  name?: string;
  quantity?: number;
  price?: number;
}

export type CheckoutState = "init" | "contact" | "shipping" | "payment" | "review" | "complete";

/** What is said on the way to an order. */
export interface CheckoutData {
  contact?: { email?: string; firstName?: string; lastName?: string; phone?: string };
  shipping?: Record<string, string>;
  payment?: {
    method?: "manual" | "test_card";
    cardNumber?: string;
    giftCardCodes?: string[] | null;
    /** An amount, or all there is; of the customer whose cart it is. */
    storeCredit?: number | boolean | null;
    points?: number | null;
  };
  promotionCode?: string | null;
}

export interface Checkout {
  id: string;
  state: CheckoutState;
  cartId: string;
  totals: {
    subtotal: number;
    discount: number;
    shipping: number;
    tax: number;
    total: number;
    currency: string;
    giftCards: { id: string; amount: number }[];
    storeCredit: number;
    points: number;
    due: number;
  } | null;
  orderId: string | null;
  orderNumber: string | null;
}

export type WebhookEvent =
  | "order.created"
  | "order.updated"
  | "payment.confirmed"
  | "payment.failed"
  | "inventory.low"
  | "cart.abandoned"
  | "review.created";

/** An endpoint that is told of events. */
export interface Webhook {
  id: string;
  url: string;
  events: WebhookEvent[];
  isActive: boolean;
  /** Why the server switched it off. */
  offReason: string | null;
  failingSince: string | null;
  createdAt: string;
}

/** With what verifies its deliveries: shown once. */
export type WebhookWithSecret = Webhook & { secret: string };

export interface WebhookInput {
  url?: string;
  events?: WebhookEvent[];
  isActive?: boolean;
}

/** What an endpoint is sent: `data` is an order, a variant's stock, a cart or a review, as this client's other calls get it. */
export interface WebhookBody<T = Record<string, unknown>> {
  /** `webhook.test`: somebody tries the endpoint out. */
  event: WebhookEvent | "webhook.test";
  timestamp: string;
  siteId: string;
  data: T;
}

type Query = Record<string, string | number | boolean | string[] | undefined>;

/** The header that signs a body: HMAC-SHA256 of `<seconds>.<body>`. */
export function signatureHeader(body: string, secret: string, now = Date.now()): string {
  const at = Math.floor(now / 1000);
  const mac = createHmac("sha256", secret).update(`${at}.${body}`, "utf8").digest("hex");
  return `t=${at},sha256=${mac}`;
}

/** Whether a webhook's raw body was signed with this secret, and lately. */
export function verifyWebhookSignature(body: string, header: string, secret: string, toleranceSec = 300): boolean {
  const parts = new Map(header.split(",").map((part) => part.trim().split("=", 2) as [string, string]));
  const at = parts.get("t");
  const received = parts.get("sha256");
  if (!at || !received || !(Math.abs(Date.now() / 1000 - Number(at)) <= toleranceSec)) return false;
  const expected = createHmac("sha256", secret).update(`${at}.${body}`, "utf8").digest();
  const given = Buffer.from(received, "hex");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A client of one site. */
export function createClient(options: Options) {
  const root = `${options.baseUrl.replace(/\/+$/, "")}/api/v1/${encodeURIComponent(options.siteId)}`;

  async function call<T>(method: string, path: string, query: Query = {}, sent?: unknown): Promise<T> {
    const url = new URL(root + path);
    for (const [name, value] of Object.entries(query)) {
      if (Array.isArray(value)) for (const each of value) url.searchParams.append(name, each);
      else if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const body = sent === undefined ? "" : JSON.stringify(sent);
    const headers: Record<string, string> = { Authorization: `Bearer ${options.apiKey}` };
    if (body) headers["Content-Type"] = "application/json";
    if (options.signingSecret) headers["X-Shopvo-Signature"] = signatureHeader(body, options.signingSecret);
    const answer = await fetch(url, { method, headers, ...(body ? { body } : {}) });
    const told = (await answer.json().catch(() => ({}))) as { error?: string };
    if (!answer.ok) {
      const wait = Number(answer.headers.get("retry-after") ?? NaN);
      throw new ShopError(answer.status, told.error ?? answer.statusText, Number.isNaN(wait) ? undefined : wait);
    }
    return told as T;
  }

  const data = async <T>(method: string, path: string, query?: Query, sent?: unknown): Promise<T> =>
    (await call<{ data: T }>(method, path, query, sent)).data;
  const gone = async (path: string): Promise<void> => void (await call("DELETE", path));
  const at = (...parts: string[]): string => parts.map((part) => `/${encodeURIComponent(part)}`).join("");
  const paged = <T>(path: string, query: object = {}): Promise<Page<T>> => call("GET", path, { ...query } as Query);

  return {
    products: {
      list: ({ fields, expand, ...query }: ProductQuery = {}): Promise<Page<Product>> =>
        paged("/products", { ...query, fields: fields?.join(","), "expand[]": expand }),
      get: (idOrSlug: string): Promise<Product> => data("GET", at("products", idOrSlug)),
      create: (product: ProductInput & { name: string }): Promise<Product> => data("POST", "/products", {}, product),
      update: (id: string, product: ProductInput): Promise<Product> => data("PATCH", at("products", id), {}, product),
      archive: (id: string): Promise<void> => gone(at("products", id)),
      listVariants: (id: string): Promise<Variant[]> => data("GET", at("products", id, "variants")),
      createVariant: (id: string, variant: VariantInput & { name: string }): Promise<Variant> =>
        data("POST", at("products", id, "variants"), {}, variant),
      updateVariant: (id: string, variantId: string, variant: VariantInput): Promise<Variant> =>
        data("PATCH", at("products", id, "variants", variantId), {}, variant),
      deleteVariant: (id: string, variantId: string): Promise<void> => gone(at("products", id, "variants", variantId)),
      listReviews: (id: string, query: Paging & { status?: Review["status"] } = {}): Promise<Page<Review>> =>
        paged(at("products", id, "reviews"), query),
      submitReview: (id: string, review: ReviewInput): Promise<Review> =>
        data("POST", at("products", id, "reviews"), {}, review),
    },
    categories: {
      list: (query: { slug?: string; parentId?: string } = {}): Promise<Category[]> => data("GET", "/categories", query),
    },
    brands: { list: (query: { slug?: string } = {}): Promise<Brand[]> => data("GET", "/brands", query) },
    orders: {
      list: (query: OrderQuery = {}): Promise<Page<Order>> => paged("/orders", query),
      get: (idOrNumber: string): Promise<Order> => data("GET", at("orders", idOrNumber)),
    },
    customers: {
      list: (query: Paging & { search?: string; group?: string } = {}): Promise<Page<Customer>> =>
        paged("/customers", query),
      get: (id: string): Promise<Customer> => data("GET", at("customers", id)),
      update: (
        id: string,
        customer: { firstName?: string; lastName?: string; phone?: string | null; group?: string | null },
      ): Promise<Customer> => data("PATCH", at("customers", id), {}, customer),
    },
    inventory: {
      list: (query: Paging & { sku?: string } = {}): Promise<Page<Stock>> => paged("/inventory", query),
      adjust: (productId: string, change: StockChange): Promise<Variant> =>
        data("PATCH", at("inventory", productId), {}, change),
    },
    promotions: {
      list: (query: Paging & { status?: Promotion["status"] } = {}): Promise<Page<Promotion>> => paged("/promotions", query),
      create: (promotion: PromotionInput): Promise<Promotion> => data("POST", "/promotions", {}, promotion),
      delete: (id: string): Promise<void> => gone(at("promotions", id)),
      validate: (cart: { code: string; cartTotal: number; email?: string }): Promise<Validation> =>
        call("POST", "/promotions/validate", {}, cart),
    },
    giftCards: {
      list: (query: Paging & { status?: GiftCard["status"]; customerId?: string; code?: string } = {}): Promise<Page<GiftCard>> =>
        paged("/gift-cards", query),
      issue: (card: GiftCardInput): Promise<GiftCard> => data("POST", "/gift-cards", {}, card),
      redeem: (id: string, redemption: { amount: number; orderId?: string }): Promise<GiftCard> =>
        data("POST", at("gift-cards", id, "redeem"), {}, redemption),
      void: (id: string): Promise<GiftCard> => data("PATCH", at("gift-cards", id), {}, { status: "VOID" }),
      setExpiry: (id: string, expiresAt: string | null): Promise<GiftCard> =>
        data("PATCH", at("gift-cards", id), {}, { expiresAt }),
    },
    storeCredit: {
      get: (customerId: string): Promise<StoreCredit> => data("GET", at("store-credit", customerId)),
      change: (
        customerId: string,
        change: { type: CreditEntry["type"]; amount: number; note?: string; orderId?: string },
      ): Promise<{ balance: number; transaction: CreditEntry }> => data("POST", at("store-credit", customerId), {}, change),
    },
    loyalty: {
      get: (customerId: string): Promise<Loyalty> => data("GET", at("loyalty", customerId)),
      award: (customerId: string, award: { points: number; note?: string }): Promise<{ points: number; transaction: PointsEntry }> =>
        data("POST", at("loyalty", customerId, "award"), {}, award),
      redeem: (
        customerId: string,
        redemption: { points: number; orderId?: string },
      ): Promise<{ discountAmount: number; pointsRemaining: number }> =>
        data("POST", at("loyalty", customerId, "redeem"), {}, redemption),
    },
    b2bAccounts: {
      list: (query: Paging & { search?: string; status?: B2bAccount["status"] } = {}): Promise<Page<B2bAccount>> =>
        paged("/b2b/accounts", query),
      get: (id: string): Promise<B2bAccount> => data("GET", at("b2b", "accounts", id)),
      create: (account: B2bAccountInput & { companyName: string }): Promise<B2bAccount> =>
        data("POST", "/b2b/accounts", {}, account),
      update: (id: string, account: B2bAccountInput): Promise<B2bAccount> =>
        data("PATCH", at("b2b", "accounts", id), {}, account),
    },
    priceLists: {
      list: (query: Paging = {}): Promise<Page<PriceList>> => paged("/b2b/price-lists", query),
      get: (id: string): Promise<PriceList> => data("GET", at("b2b", "price-lists", id)),
      create: (list: { name: string; prices?: ListPriceInput[] }): Promise<PriceList> =>
        data("POST", "/b2b/price-lists", {}, list),
      update: (id: string, list: { name?: string; prices?: ListPriceInput[] }): Promise<PriceList> =>
        data("PATCH", at("b2b", "price-lists", id), {}, list),
      delete: (id: string): Promise<void> => gone(at("b2b", "price-lists", id)),
    },
    cart: {
      create: (cart: { sessionId?: string; currency?: string; customerId?: string } = {}): Promise<Cart> =>
        data("POST", "/cart", {}, cart),
      get: (cartId: string): Promise<Cart> => data("GET", "/cart", { cartId }),
      add: (cartId: string, item: CartItem): Promise<Cart> => data("PATCH", "/cart", { cartId }, { action: "add", item }),
      update: (cartId: string, item: CartItem): Promise<Cart> => data("PATCH", "/cart", { cartId }, { action: "update", item }),
      remove: (cartId: string, item: CartItem): Promise<Cart> => data("PATCH", "/cart", { cartId }, { action: "remove", item }),
      delete: async (cartId: string): Promise<void> => void (await call("DELETE", "/cart", { cartId })),
    },
    checkout: {
      create: (cartId: string): Promise<Checkout> => data("POST", "/checkout", {}, { cartId }),
      get: (sessionId: string): Promise<Checkout> => data("GET", "/checkout", { sessionId }),
      advance: (sessionId: string, state: CheckoutState, said: CheckoutData = {}): Promise<Checkout> =>
        data("PATCH", "/checkout", {}, { sessionId, state, ...said }),
    },
    content: {
      pages: (query: { slug?: string; page?: number; limit?: number } = {}): Promise<ContentPage[]> =>
        data("GET", "/pages", query),
      menus: (query: { handle?: string } = {}): Promise<Menu[]> => data("GET", "/menus", query),
      site: (): Promise<Site> => data("GET", "/site"),
    },
    webhooks: {
      list: (query: Paging = {}): Promise<Page<Webhook>> => paged("/webhooks", query),
      get: (id: string): Promise<Webhook> => data("GET", at("webhooks", id)),
      create: (webhook: WebhookInput & { url: string; events: WebhookEvent[] }): Promise<WebhookWithSecret> =>
        data("POST", "/webhooks", {}, webhook),
      update: (id: string, webhook: WebhookInput): Promise<Webhook> => data("PATCH", at("webhooks", id), {}, webhook),
      rotate: (id: string): Promise<WebhookWithSecret> => data("POST", at("webhooks", id, "rotate")),
      delete: (id: string): Promise<void> => gone(at("webhooks", id)),
    },
    metafields: {
      list: (type: ResourceType, id: string): Promise<Metafield[]> => data("GET", at(type, id, "metafields")),
      create: (
        type: ResourceType,
        id: string,
        field: { namespace: string; key: string; value: string; valueType?: ValueType },
      ): Promise<Metafield> => data("POST", at(type, id, "metafields"), {}, field),
      update: (type: ResourceType, id: string, fieldId: string, field: { value?: string; valueType?: ValueType }): Promise<Metafield> =>
        data("PATCH", at(type, id, "metafields", fieldId), {}, field),
      delete: (type: ResourceType, id: string, fieldId: string): Promise<void> => gone(at(type, id, "metafields", fieldId)),
    },
  };
}

/** All that a client can do. */
export type Client = ReturnType<typeof createClient>;
