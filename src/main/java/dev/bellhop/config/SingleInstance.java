package dev.bellhop.config;

import static java.lang.annotation.ElementType.TYPE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.enterprise.inject.Stereotype;
import jakarta.inject.Singleton;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * A bean of which the application has one, without a proxy before it. So its fields are final, and it needs no second constructor.
 *
 * <p>Why not {@link Singleton} alone: it does not make a class a bean where beans are found by their annotations, and a stereotype
 * does (Jakarta CDI 4.0, section 2.5.1). Why not {@code @ApplicationScoped}: its proxy calls a constructor without parameters.
 */
@Stereotype
@Singleton
@Retention(RUNTIME)
@Target(TYPE)
public @interface SingleInstance {}
